// Elements are made from data by text and attributes only: nothing is ever read as HTML.

/** An element with attributes (`onclick` and the like are listeners) and children, which are elements or texts. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** A name above a control. */
function labelled(name, control) {
  return element("label", {}, element("span", {}, name), control);
}
