"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const form = byId("filter");
  if (!form) return;
  // So many of the rows that take nothing away are shown at once.
  const PAGE = 200;
  const fields = { search: byId("search"), action: byId("action"), rule: byId("rule"), connection: byId("connection") };
  const more = byId("more");
  const tables = ["removals", "privileges", "others"].map(byId).filter(Boolean).map((table) => ({
    table,
    body: table.tBodies[0],
    rows: Array.from(table.tBodies[0].rows, (row, at) => ({
      row,
      at,
      text: row.textContent.toLowerCase(),
      actions: row.dataset.actions.split(" "),
      rules: row.dataset.rules.split("\n"),
      connection: row.dataset.connection,
      group: row.dataset.group,
      keys: {
        step: row.cells[0].textContent,
        account: row.cells[1].textContent,
        place: row.cells[3].textContent,
      },
    })),
  }));
  let all = false;
  let group = null;

  const filter = () => {
    const words = fields.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const matches = (it) =>
      (!fields.action.value || it.actions.includes(fields.action.value)) &&
      (!fields.rule.value || it.rules.includes(fields.rule.value)) &&
      (!fields.connection.value || it.connection === fields.connection.value) &&
      (group === null || it.group === group) &&
      words.every((word) => it.text.includes(word));
    let found = 0;
    let total = 0;
    for (const { table, rows } of tables) {
      const limit = table.id !== "others" || all ? Infinity : PAGE;
      let here = 0;
      for (const it of rows) {
        const match = matches(it);
        if (match) here += 1;
        const hide = !match || here > limit;
        if (it.row.hidden !== hide) it.row.hidden = hide;
      }
      if (table.id === "others") {
        more.hidden = here <= limit;
        more.textContent = `Show all ${here}`;
      }
      table.hidden = here === 0;
      found += here;
      total += rows.length;
    }
    byId("found").textContent = found === total ? `${total} accounts` : `${found} of ${total} accounts`;
  };

  const compare = new Intl.Collator("en", { numeric: true }).compare;
  for (const it of tables) {
    for (const head of it.table.querySelectorAll("th[data-sort]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const key = head.dataset.sort;
        const up = head.getAttribute("aria-sort") !== "ascending";
        for (const other of it.table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        it.rows.sort((a, b) => (up ? 1 : -1) * compare(a.keys[key], b.keys[key]) || a.at - b.at);
        it.body.append(...it.rows.map(({ row }) => row));
        filter();
      });
    }
  }

  let waiting = 0;
  fields.search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 80);
  });
  for (const name of ["action", "rule", "connection"]) fields[name].addEventListener("change", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    group = null;
    all = false;
    setTimeout(filter);
  });
  if (more) {
    more.addEventListener("click", () => {
      all = true;
      filter();
    });
  }
  for (const button of document.querySelectorAll("[data-show]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      form.reset();
      group = button.dataset.show;
      setTimeout(() => {
        group = button.dataset.show;
        filter();
        byId("changes").focus();
      });
    });
  }
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      fields.search.focus();
    }
    if (event.key === "Escape" && event.target === fields.search) {
      form.reset();
    }
  });
  // A page that the browser kept may still hold what was typed.
  form.reset();
  form.hidden = false;
  filter();
})();
