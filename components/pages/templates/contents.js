// Where one is in the page stands out among its contents.

function followReading(nav) {
  const links = new Map([...nav.querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
  const sections = [...links.keys()].map((id) => document.getElementById(id));
  let current = null;

  function mark() {
    // The last section that begins above the upper third of the window; at the end of the page the last one.
    const line = innerHeight / 3;
    const isAtEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
    const shown = sections.filter((section) => !section.hidden);
    const begun = shown.filter((section) => section.getBoundingClientRect().top <= line);
    const link = links.get((isAtEnd && scrollY > 0 ? shown : begun).at(-1)?.id) ?? null;
    if (link === current) return;
    current?.removeAttribute("aria-current");
    link?.setAttribute("aria-current", "true");
    current = link;
    if (link) bringIntoView(nav, link.parentElement);
  }

  addEventListener("scroll", mark, { passive: true });
  addEventListener("resize", mark);
  mark();
}

/** Scrolls the list alone: `scrollIntoView` would scroll the page too. */
function bringIntoView(list, item) {
  const [outer, inner] = [list.getBoundingClientRect(), item.getBoundingClientRect()];
  if (inner.left < outer.left || inner.right > outer.right) list.scrollLeft += inner.left - outer.left - 16;
  if (inner.top < outer.top || inner.bottom > outer.bottom) list.scrollTop += inner.top - outer.top - 16;
}

document.querySelectorAll("nav.contents").forEach(followReading);
