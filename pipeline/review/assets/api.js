// What the server is asked.

async function answerOf(response) {
  const answer = await response.json().catch(() => ({ error: `the server answered ${response.status}` }));
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

export async function get(path, parameters = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value !== "" && value !== undefined && value !== null);
  const query = new URLSearchParams(given).toString();
  return answerOf(await fetch(query ? `${path}?${query}` : path));
}

async function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return answerOf(await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

export function decide(decision) {
  return post("/api/decisions", decision);
}

/** The same about many clips: `segments` names them, or `matching` has the filters and `count` how many these are. */
export function decideAll(decision) {
  return post("/api/batches", decision);
}

/** Call `onChange` with each new revision. Tabs that nobody sees do not listen: a browser has few connections for all of them. */
export function follow(onChange) {
  let events = null;
  const listen = () => {
    events?.close();
    events = document.hidden ? null : new EventSource("/api/events");
    if (events) events.onmessage = (event) => onChange(Number(event.data));
  };
  document.addEventListener("visibilitychange", listen);
  listen();
}
