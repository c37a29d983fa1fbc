/* The page for wrong addresses: name the function that the address seems to mean. */
"use strict";

{
  const plain = text => text.toLowerCase().replace(/\.html$|[^a-z0-9]/g, "");

  /* Return how many letters must be put in, left out or changed to turn one word into the other. */
  const distance = (a, b) => {
    let row = Array.from({ length: b.length + 1 }, (_, j) => j);
    for (let i = 1; i <= a.length; i++) {
      const next = [i];
      for (let j = 1; j <= b.length; j++)
        next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] !== b[j - 1]));
      row = next;
    }
    return row[b.length];
  };

  const asked = location.pathname.split("/").map(plain).filter(Boolean).pop() ?? "";
  let meant = null;
  let nearest = asked.length / 3; // of so many letters, at least two of three are right
  for (const link of document.querySelectorAll("[data-names]"))
    for (const name of link.dataset.names.split(" ")) {
      const begun = asked.length > 3 && plain(name).startsWith(asked); // logistic, for one
      const apart = Math.min(distance(asked, plain(name)), begun ? 1 : Infinity);
      if (apart < nearest) [nearest, meant] = [apart, link];
    }
  if (meant)
    document.querySelector(".suggestion").append("Did you mean ", meant.cloneNode(true), "?");
}
