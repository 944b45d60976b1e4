(() => {
  const root = document.currentScript.closest(".gan-literature");
  const body = root.querySelector("tbody");
  const rows = [...body.rows];
  const search = root.querySelector("input");
  const status = root.querySelector("[role=status]");
  const heads = [...root.querySelectorAll("thead th")];
  const plain = (words) => words.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, ""); // Défossez is found by "defossez"

  function find() {
    const wanted = plain(search.value).split(/\s+/);
    for (const row of rows) row.hidden = !wanted.every((word) => plain(row.textContent).includes(word));
    status.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length}`;
  }

  function sort(column) {
    const upwards = heads[column].getAttribute("aria-sort") !== "ascending";
    heads.forEach((head, i) => head.setAttribute("aria-sort", i !== column ? "none" : upwards ? "ascending" : "descending"));
    const word = (row) => row.cells[column].textContent;
    const sorted = [...rows].sort((a, b) => (!word(a) - !word(b)) || (upwards ? 1 : -1) * word(a).localeCompare(word(b), "en", { numeric: true }));
    body.append(...sorted);
  }

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sort(column));
    head.replaceChildren(button);
    head.setAttribute("aria-sort", "none");
  });
  search.addEventListener("input", find);
  find();
})();
