/* What Material lacks; runs before its script. */
"use strict";

// The worker of search starts once it is told something: when a reader turns to the search.
{
  const Thread = window.Worker;

  /* Return what tells a worker something; `answer` gets what it says. */
  const thread = (url, answer) => {
    const worker = new Thread(url);
    worker.onmessage = answer;
    return data => worker.postMessage(data);
  };

  // From a disk a browser starts no worker: there its script runs in a frame.
  const frame = (url, answer) =>
    new Promise(done => {
      const frame = document.createElement("iframe");
      frame.onload = () => {
        const inner = frame.contentWindow;
        const script = inner.document.createElement("script");
        inner.postMessage = data => answer({ data });
        script.onload = () =>
          done(data => inner.dispatchEvent(new MessageEvent("message", { data })));
        script.src = url;
        inner.document.body.append(script);
      };
      frame.hidden = true;
      document.body.append(frame);
    });

  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const start = location.protocol === "file:" ? frame : thread;
      const answer = ({ data }) => this.dispatchEvent(new MessageEvent("message", { data }));
      let tell;
      this.postMessage = async data => (await (tell ??= start(url, answer)))(data);
    }
  };
}

// What the theme opens by labels, which no keyboard reaches, is opened by buttons: the menu and the
// lists in it where they cover each other, and the search where it covers the page.
{
  /* Put a button in the place of an element in a label; return it and what the label switches. */
  const control = (place, name) => {
    const label = place.closest("label");
    const toggle = document.getElementById(label.htmlFor);
    const button = document.createElement("button");
    for (const { name, value } of place.attributes) button.setAttribute(name, value);
    button.type = "button";
    button.ariaLabel = name ?? toggle.parentElement.querySelector(":scope > nav").ariaLabel;
    button.append(...place.childNodes);
    label.removeAttribute("tabindex");
    place.replaceWith(button);
    const tell = () => (button.ariaExpanded = toggle.checked);
    toggle.addEventListener("change", tell);
    tell();
    return { button, toggle };
  };

  const drawer = document.querySelector(".md-sidebar--primary");
  const menu = control(document.querySelector("header [for=__drawer]"), "Menu");
  drawer.tabIndex = -1;
  menu.button.addEventListener("click", () => menu.toggle.click());
  menu.toggle.addEventListener("change", () => {
    if (menu.toggle.checked) drawer.focus();
    else if (drawer.contains(document.activeElement)) menu.button.focus();
  });
  drawer.addEventListener("focusout", ({ relatedTarget: next }) => {
    if (next && !drawer.contains(next) && menu.toggle.checked) menu.toggle.click();
  });
  addEventListener("keydown", ({ key }) => {
    if (key === "Escape" && menu.toggle.checked) menu.toggle.click();
  });

  // A list is opened by one button, closed by another above it: each hands over to the other.
  for (const icon of drawer.querySelectorAll("label .md-nav__icon")) {
    const { button, toggle } = control(icon);
    button.addEventListener("click", () => {
      toggle.click();
      for (const other of toggle.parentElement.querySelectorAll(`[for=${toggle.id}] button`))
        if (other !== button) other.focus({ preventScroll: true }); // unless it is out of sight
    });
  }

  const search = control(document.querySelector("header [for=__search]"), "Search");
  const field = document.querySelector(".md-search__input");
  search.toggle.addEventListener("change", () => {
    if (!search.toggle.checked) search.button.focus(); // unless it is out of sight
  });
  const wide = matchMedia("(min-width: 60em)");
  const place = () => (field.tabIndex = wide.matches ? 0 : -1);
  wide.addEventListener("change", place);
  place();
}

// Let the keyboard reach what scrolls sideways, in browsers that do not see to it themselves.
addEventListener("DOMContentLoaded", () => {
  const blocks =
    ".math, .table-scroll, .table-scroll td, .output, .output > pre, .output .md-typeset__scrollwrap";
  const observer = new ResizeObserver(entries => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  document$.subscribe(() => {
    // Once the theme has put its wrappers around tables.
    requestAnimationFrame(() => document.querySelectorAll(blocks).forEach(b => observer.observe(b)));
  });
});
