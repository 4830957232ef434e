// Asks for a key where the service wants one, and gives it to the browser to send.

const asked = await fetch("models");
if (asked.status === 401) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "key-title");
  const title = document.createElement("h2");
  title.id = "key-title";
  title.textContent = "This service wants a key";
  const form = document.createElement("form");
  const label = document.createElement("label");
  const key = document.createElement("input");
  Object.assign(key, {type: "password", name: "key", required: true, autocomplete: "current-password", placeholder: "fx_…"});
  label.append("Key ", key);
  const wrong = document.createElement("p");
  wrong.setAttribute("role", "alert");
  const go = document.createElement("button");
  go.textContent = "Use it";
  form.append(label, wrong, go);
  dialog.append(title, form);
  document.body.append(dialog);
  dialog.addEventListener("cancel", event => event.preventDefault());
  form.addEventListener("submit", async event => {
    event.preventDefault();
    const headers = {"Content-Type": "application/json"};
    const answer = await fetch("session", {method: "POST", headers, body: JSON.stringify({key: key.value.trim()})});
    if (answer.ok) {
      location.reload();
    } else {
      const problem = await answer.json().catch(() => ({}));
      wrong.textContent = problem.detail ?? `the service answers ${answer.status}`;
    }
  });
  dialog.showModal();
}
