"""The ground floor: time, storage, ledger, text, web and the site. It knows no hotline word."""
