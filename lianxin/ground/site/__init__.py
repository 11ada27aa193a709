"""The site: settings, home folder, logs, and the processes of one machine."""
