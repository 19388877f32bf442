// Frames of a clip are shown one after another in the place of all, and dark ones are made brighter.

const SECONDS_A_FRAME = 0.4;
const BRIGHTEST = 6;
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

function makePlayable(list) {
  const frames = [...list.children];
  let shown = 0;
  let timer = null;

  const start = element("button", { type: "button", class: "play", "aria-label": `play ${nameOf(list)}`, onclick: open }, "▶ play");
  const toggle = element("button", { type: "button", class: "play", onclick: () => (timer ? pause() : play()) });
  const place = element("input", { type: "range", min: 0, max: frames.length - 1, step: 1, "aria-label": "frame", oninput: () => (pause(), show(place.valueAsNumber)) });
  const told = element("output", { class: "soft small number" });
  const close = element("button", { type: "button", onclick: shut }, "all frames");
  const player = element("div", { class: "player", role: "group", "aria-label": nameOf(list), onkeydown: (event) => event.key === "Escape" && shut() }, toggle, place, told, brightness(), close);
  player.hidden = true;
  const clip = element("div", { class: "clip" });
  list.replaceWith(clip);
  clip.append(list, start, player);

  function open() {
    list.classList.add("playing");
    [start.hidden, player.hidden] = [true, false];
    show(0);
    if (STILL.matches) pause();
    else play();
    toggle.focus();
  }

  function shut() {
    pause();
    list.classList.remove("playing");
    [start.hidden, player.hidden] = [false, true];
    start.focus();
  }

  function play() {
    clearInterval(timer);
    timer = setInterval(() => show((shown + 1) % frames.length), 1000 * SECONDS_A_FRAME);
    toggle.textContent = "❚❚ pause";
  }

  function pause() {
    clearInterval(timer);
    timer = null;
    toggle.textContent = "▶ play";
  }

  function show(number) {
    frames[shown].classList.remove("shown");
    shown = number;
    frames[shown].classList.add("shown");
    place.value = shown;
    const words = [`${shown + 1} of ${frames.length}`, frames[shown].textContent.trim()].filter(Boolean).join(", ");
    place.setAttribute("aria-valuetext", words);
    told.textContent = words;
  }
}

/** What a strip shows, for who does not see where it stands. */
function nameOf(list) {
  const around = list.closest("figure, tr");
  return around?.querySelector("h3, figcaption, th")?.textContent.replace(/\s+/g, " ").trim() || "frames";
}

/** One brightness holds for all pictures of the page; each control shows it. */
function brightness() {
  const control = element("input", { type: "range", class: "brightness", min: 1, max: BRIGHTEST, step: 0.25, value: 1 });
  control.addEventListener("input", () => {
    document.documentElement.style.setProperty("--brightness", control.value);
    document.querySelectorAll("input.brightness").forEach((each) => (each.value = control.value));
  });
  return labelled("brightness", control);
}

for (const list of document.querySelectorAll(".frames")) if (list.children.length > 1) makePlayable(list);
for (const section of document.querySelectorAll("section")) {
  const first = section.querySelector(".frames");
  if (first) (section.querySelector("h2") ?? first).after(element("div", { class: "tools" }, brightness()));
}
