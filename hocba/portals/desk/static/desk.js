// Makes the desk quicker where scripts run: paste from Excel, fill a column, undo, arrow keys,
// a progress page that looks again by itself. Everything works without this file.

const grid = document.querySelector("[data-grid]");
if (grid && document.querySelector("[data-grid-tools]")) startGrid(grid);

const run = document.querySelector('#run[data-running="yes"]');
if (run) setTimeout(() => location.reload(), 1500);

document.querySelector(".govuk-error-summary [role=alert]")?.closest("div")?.setAttribute("tabindex", "-1");
document.querySelector(".govuk-error-summary [role=alert]")?.closest("div")?.focus();

document.querySelectorAll("[data-prevent-double-click]").forEach((button) =>
  button.form?.addEventListener("submit", () => setTimeout(() => (button.disabled = true)))
);

function startGrid(table) {
  const rows = [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("input, textarea")]);
  const placeOf = new Map();
  rows.forEach((cells, r) => cells.forEach((cell, c) => placeOf.set(cell, [r, c])));
  const history = [];
  const tools = document.querySelector("[data-grid-tools]");
  const said = document.querySelector("[data-grid-said]");
  let current = rows[0]?.find((cell) => !cell.readOnly) ?? null;
  tools.hidden = false;

  table.addEventListener("focusin", (event) => {
    if (placeOf.has(event.target)) current = event.target;
    event.target.dataset.before = event.target.value;
  });
  table.addEventListener("change", (event) => {
    const before = event.target.dataset.before;
    if (before !== undefined && before !== event.target.value) history.push([[event.target, before]]);
    event.target.dataset.before = event.target.value;
  });
  table.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
    if (!placeOf.has(event.target) || !/[\t\n]/.test(text)) return;
    event.preventDefault();
    const [top, left] = placeOf.get(event.target);
    const wanted = [];
    text.split("\n").forEach((line, r) =>
      line.split("\t").forEach((value, c) => wanted.push([rows[top + r]?.[left + c], value.trim()]))
    );
    say("pasted", put(wanted));
  });
  table.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && history.length) {
      if (event.target.dataset.before !== event.target.value) return; // the browser's own undo first
      event.preventDefault();
      undo();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1, Enter: 1 }[event.key];
    if (!step || event.target.tagName === "TEXTAREA" || !placeOf.has(event.target)) return;
    const [r, c] = placeOf.get(event.target);
    const next = rows[r + step]?.[c];
    event.preventDefault();
    next?.focus();
    next?.select();
  });
  tools.querySelector("[data-grid-undo]").addEventListener("click", undo);
  tools.querySelector("[data-grid-fill]").addEventListener("click", () => {
    if (!current) return;
    const [top, column] = placeOf.get(current);
    say("filled", put(rows.slice(top + 1).map((cells) => [cells[column], current.value])));
    current.focus();
  });

  function put(wanted) {
    const changed = [];
    for (const [cell, value] of wanted) {
      if (!cell || cell.readOnly || cell.value === value) continue;
      changed.push([cell, cell.value]);
      cell.value = value;
      cell.dataset.before = value;
    }
    if (changed.length) history.push(changed);
    return changed.length;
  }
  function undo() {
    const last = history.pop() ?? [];
    for (const [cell, value] of last) {
      cell.value = value;
      cell.dataset.before = value;
    }
    say("undone", last.length);
    last[0]?.[0].focus();
  }
  function say(what, count) {
    said.textContent = `${said.dataset[what]} ${count}`;
  }
}
