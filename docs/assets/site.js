/* What Material lacks; runs before its script. */
"use strict";

// From a disk a browser starts no worker: the script of search runs in a frame instead.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement("iframe");
      const ready = new Promise(done => {
        frame.onload = () => {
          const inner = frame.contentWindow;
          const script = inner.document.createElement("script");
          inner.postMessage = data => this.dispatchEvent(new MessageEvent("message", { data }));
          script.onload = () => done(inner);
          script.src = url;
          inner.document.body.append(script);
        };
      });
      this.postMessage = async data =>
        (await ready).dispatchEvent(new MessageEvent("message", { data }));
      frame.hidden = true;
      document.body.append(frame);
    }
  };
}

// Let the keyboard reach what scrolls sideways, in browsers that do not see to it themselves.
addEventListener("DOMContentLoaded", () => {
  const blocks = ".math, .table-scroll, .output, .output > pre, .output .md-typeset__scrollwrap";
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
