/* A small proof of work instead of pictures to decipher: finds the number that, behind the form's challenge, gives a
   SHA-256 with enough zero bits (portal/puzzle.py). It begins when the page is there and is done before anybody has typed;
   whoever is faster waits a moment. Where the browser cannot, the form goes as it is, within stricter limits. */
(function () {
  "use strict";
  var BATCH = 64;
  function zeros(digest, bits) {
    var view = new DataView(digest);
    return view.getUint32(0) >>> (32 - bits) === 0;
  }
  async function solve(challenge, bits) {
    var coder = new TextEncoder();
    for (var start = 0; ; start += BATCH) {
      var tries = [];
      for (var n = start; n < start + BATCH; n += 1) tries.push(crypto.subtle.digest("SHA-256", coder.encode(challenge + "." + n)));
      var digests = await Promise.all(tries);
      for (var i = 0; i < BATCH; i += 1) if (zeros(digests[i], bits)) return String(start + i);
    }
  }
  document.querySelectorAll("form[data-puzzle]").forEach(function (form) {
    var field = form.querySelector("input[name=work]");
    if (!field || !window.crypto || !crypto.subtle || !window.TextEncoder) return;
    var solving = solve(form.dataset.puzzle, Number(form.dataset.bits)).then(function (nonce) { field.value = nonce; });
    form.addEventListener("submit", function (event) {
      if (field.value) return;
      event.preventDefault();
      solving.then(function () { form.requestSubmit(event.submitter || undefined); });
    });
  });
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
})();
