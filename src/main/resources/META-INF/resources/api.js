// Talks to the service. Whatever it refuses becomes an Error with the service's own words.

// What a problem document says, with the fields that are at fault.
export function told(problem) {
  const fields = (problem.violations ?? []).map(({field, message}) =>
    message.includes(field) ? message : `${field}: ${message}`);
  return fields.join("; ") || problem.detail || problem.title;
}

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Error(told(body) ?? `the service answers ${response.status}`);
  }
  return body;
}

// Where an explanation, and a comparison, is.
export const path = id => `explanations/${encodeURIComponent(id)}`;

export const comparison = id => `comparisons/${encodeURIComponent(id)}`;

export const models = async () => answer(await fetch("models"));

export const options = async () => answer(await fetch("options"));

export const job = async path => answer(await fetch(path));

export const cancel = async path => answer(await fetch(path, {method: "DELETE"}));

export const pairs = async id => answer(await fetch(`${path(id)}/pairs`));

export const picture = (id, pair, side) => `${path(id)}/pairs/${pair}/${side}`;

// What is answered when it is done, or where it will be found for who prefers that; who aborts the signal stops the work.
export const post = async (path, body, {signal, prefer} = {}) => {
  const headers = {"Content-Type": "application/json", ...(prefer && {Prefer: prefer})};
  return answer(await fetch(path, {method: "POST", headers, body: JSON.stringify(body), signal}));
};

export const submit = async (request, base, personalized) => {
  if (!base) {
    return post("explanations", request);
  }
  const body = new FormData();
  body.append("request", JSON.stringify(request));
  base.forEach(file => body.append("baseImages", file, file.name));
  personalized.forEach(file => body.append("personalizedImages", file, file.name));
  return answer(await fetch("explanations", {method: "POST", body}));
};

// Tells of a job until it has ended, who comes late first of all that there is so far: heard.done, lost, and whatever else there
// is of stage, images and aspects. Returns what stops it.
export const follow = (path, heard) => {
  const events = new EventSource(`${path}/events`);
  for (const name of ["stage", "images", "aspects", "done"].filter(name => heard[name])) {
    events.addEventListener(name, event => {
      if (name === "done") {
        events.close();
      }
      heard[name](JSON.parse(event.data));
    });
  }
  // A connection that breaks is opened again by the browser; one that is refused is not.
  events.addEventListener("error", () => events.readyState === EventSource.CLOSED && heard.lost());
  return () => events.close();
};
