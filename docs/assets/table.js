/* The table of all: sorted by the buttons of its head, filtered by the form above it.
   Without this script it is a plain table. */
"use strict";

{
  const place = document.querySelector(".functions");
  const table = place.querySelector("table");
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies[0].rows];
  const name = index => heads[index].textContent.trim();
  const text = cell => cell.textContent.trim();
  let sorted = "";

  /* Return an element with these properties and children. */
  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  /* Order two cells: numbers by size, else by their words; cells without a value come last. */
  const compare = (a, b, sign) => {
    const values = [a, b].map(cell => Number(cell.dataset.value ?? NaN));
    const words = [a, b].map(text);
    const gaps = words.map(word => word === "–");
    if (gaps[0] !== gaps[1]) return gaps[0] - gaps[1];
    if (values.some(Number.isNaN)) return sign * words[0].localeCompare(words[1], "en");
    return sign * Math.sign(values[0] - values[1]) || 0; // ∞ − ∞ is NaN
  };

  const sort = index => {
    const up = heads[index].getAttribute("aria-sort") !== "ascending";
    heads.forEach(head => head.removeAttribute("aria-sort"));
    heads[index].setAttribute("aria-sort", up ? "ascending" : "descending");
    rows.sort((a, b) => compare(a.cells[index], b.cells[index], up ? 1 : -1));
    table.tBodies[0].append(...rows);
    sorted = `, sorted by ${name(index)}, ${up ? "ascending" : "descending"}`;
  };

  heads.forEach((head, index) => {
    const button = make("button", { type: "button" }, ...head.childNodes);
    button.addEventListener("click", () => {
      sort(index);
      tell();
    });
    head.append(button);
  });

  const search = make("input", { type: "search", autocomplete: "off" });
  const choices = heads.flatMap((head, index) => {
    if (!("filter" in head.dataset)) return [];
    const cells = rows.map(row => row.cells[index]).sort((a, b) => compare(a, b, 1));
    const options = ["any", ...new Set(cells.map(text))].map(word => make("option", {}, word));
    return [{ index, select: make("select", { autocomplete: "off" }, ...options) }];
  });
  const labels = choices.map(({ index, select }) => make("label", {}, name(index), select));
  const status = make("p", { role: "status" });
  const form = make(
    "form",
    { className: "filters" },
    make("label", {}, "Name", search),
    make("button", { type: "reset" }, "Show all"),
    make("details", {}, make("summary", {}, "Properties"), make("div", {}, ...labels)),
    status,
  );

  const fits = row => {
    const names = `${text(row.cells[0])} ${row.cells[0].dataset.names}`.toLowerCase();
    return (
      names.includes(search.value.trim().toLowerCase()) &&
      choices.every(
        ({ index, select }) => select.selectedIndex === 0 || select.value === text(row.cells[index]),
      )
    );
  };

  const tell = () => {
    const shown = rows.filter(row => !row.hidden).length;
    status.textContent = `${shown} of ${rows.length} functions${sorted}`;
  };

  const filter = () => {
    for (const row of rows) row.hidden = !fits(row);
    tell();
  };

  form.addEventListener("input", filter);
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter)); // once the fields are empty
  place.before(form);
  filter();
}
