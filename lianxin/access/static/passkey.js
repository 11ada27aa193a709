/* Passkeys: brings the site's question to the authenticator and its answer back. Without scripts or
   without WebAuthn the buttons stay hidden, and the other ways in are there. */
(function () {
  "use strict";
  if (!window.PublicKeyCredential || !navigator.credentials || !window.fetch) return;
  function token() { return document.querySelector('meta[name="csrf"]').content; }
  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (char) { return char.charCodeAt(0); });
  }
  function text(buffer) {
    var plain = Array.prototype.map.call(new Uint8Array(buffer), function (byte) { return String.fromCharCode(byte); });
    return btoa(plain.join("")).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function post(path, what) {
    return fetch(path, { method: "POST", credentials: "same-origin", body: JSON.stringify(what || {}),
      headers: { "Content-Type": "application/json", "Accept": "application/json", "X-CSRF-Token": token() } })
      .then(function (answer) {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
      });
  }
  function named(one) { return Object.assign({}, one, { id: bytes(one.id) }); }
  function asked(options) {
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    options.allowCredentials = (options.allowCredentials || []).map(named);
    options.excludeCredentials = (options.excludeCredentials || []).map(named);
    return options;
  }
  function told(credential) {
    var response = {};
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (name) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    });
    return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response: response,
      clientExtensionResults: {} };
  }
  function use(button) {
    var making = button.dataset.passkey === "/me/passkeys";
    var name = document.getElementById("passkey-name");
    return post(making ? "/me/passkeys/ask" : "/login/passkey/ask").then(function (options) {
      return making ? navigator.credentials.create({ publicKey: asked(options) })
        : navigator.credentials.get({ publicKey: asked(options) });
    }).then(function (credential) {
      return post(button.dataset.passkey, { credential: told(credential), next: button.dataset.next || "/",
        name: name ? name.value : "" });
    }).then(function (said) { location.assign(said.next); });
  }
  document.querySelectorAll("[data-passkey]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var failed = document.querySelector("[data-passkey-failed]");
      if (failed) failed.hidden = true;
      button.disabled = true;
      use(button).catch(function () { if (failed) failed.hidden = false; }).then(function () { button.disabled = false; });
    });
  });
})();
