"use strict";

/* The tables of a report that can be sorted and filtered. Each is an element with the class "live" and a
   script of the type application/json in it: {columns: [{key, kind}], rows: [[cell, ...], ...]}. */

const STEP = 200; /* rows shown at first, and with each press of the button below */

/* Numbers by size, texts as people sort them, and nothing behind everything in both directions. */
function compareCells(a, b, descending) {
  if (a === null || b === null) return (a === null) - (b === null);
  const order =
    typeof a === "number" && typeof b === "number"
      ? a - b
      : String(a).localeCompare(String(b), "en", { numeric: true });
  return descending ? -order : order;
}

/* The places of the rows in the order of a column; of equal ones in the order in which they came. */
function sorted(rows, places, column, descending) {
  if (column === null) return places;
  return [...places].sort((i, j) => compareCells(rows[i][column], rows[j][column], descending) || i - j);
}

/* As it is compared: in small letters, and with the minus that a keyboard has. */
const plain = (words) => words.toLowerCase().replace(/−/g, "-");

/* What the filter looks at in a row: its cells by key, and one text with all of them, as stored and as shown. */
function textOf(row, columns) {
  const cells = row
    .map((cell, i) => ({ key: columns[i].key.toLowerCase(), cell, shown: plain(format(cell)) }))
    .filter(({ cell }) => cell !== null);
  const words = cells.map(({ cell, shown }) => (typeof cell === "number" ? cell + "\n" + shown : shown));
  return { cells, words: words.join("\n") };
}

/* Two numbers are compared by size, where the cell may also be as short as it is shown; all else as texts. */
function isCell({ cell, shown }, words) {
  if (typeof cell !== "number" || words === "" || Number.isNaN(Number(words))) return shown === words;
  return Number(words) === cell || Number(words) === Number(shown);
}

/* The conditions of a filter; what stands between quotes may have spaces in it, also after "key=". */
function conditionsOf(filter) {
  const words = plain(filter).match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];
  return words.map((word) => {
    const [, key, value] = word.match(/^([^="]+)=(.*)$/s) ?? [];
    return { key, value: value?.replace(/"/g, ""), words: word.replace(/"/g, "") };
  });
}

/* Whether a row has all conditions: of "eta=0.1" the whole cell, in a column whose key ends in "eta"; a word anywhere,
   and so one with "=" that names no column of the row. */
function matches(text, conditions) {
  return conditions.every(({ key, value, words }) => {
    const named = text.cells.filter((one) => one.key === key || one.key.endsWith("." + key));
    if (named.length) return named.some((one) => isCell(one, value));
    return text.words.includes(words) || text.cells.some((one) => isCell(one, words));
  });
}

function format(value) {
  if (typeof value !== "number") return value === null ? "–" : String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value);
  const size = Math.abs(value);
  const text = size < 1e-4 || size >= 1e6 ? value.toExponential(3) : String(Number(value.toPrecision(4)));
  return text.replace(/-/g, "−");
}

/* A cell; `anchor` begins the names of the sections of runs. */
function cellOf(value, column, anchor) {
  const cell = document.createElement("td");
  cell.className = column.kind;
  if (column.kind === "state") {
    const badge = document.createElement("span");
    badge.className = "status " + value;
    badge.textContent = String(value).replace(/_/g, " ");
    cell.append(badge);
  } else if (column.kind === "filter" && value) {
    const button = document.createElement("button");
    button.textContent = "show";
    button.dataset.filter = value;
    cell.append(button);
  } else if (column.kind === "run" && document.getElementById(anchor + value)) {
    const link = document.createElement("a");
    link.href = "#" + anchor + value;
    link.textContent = value;
    cell.append(link);
  } else {
    cell.textContent = format(value);
    if (value === null) cell.classList.add("none");
  }
  return cell;
}

class LiveTable {
  constructor(place) {
    this.place = place;
    const data = JSON.parse(place.querySelector("script").textContent);
    this.columns = data.columns;
    this.rows = data.rows;
    this.texts = this.rows.map((row) => textOf(row, this.columns));
    this.column = null;
    this.descending = false;
    this.most = STEP;
    this.box = place.querySelector("input");
    this.box.addEventListener("input", () => this.restart());
    this.body = place.querySelector("tbody");
    this.heads = [...place.querySelectorAll("thead th")];
    this.heads.forEach((head, i) => head.querySelector("button")?.addEventListener("click", () => this.sortBy(i)));
    this.more = place.querySelector("button.more");
    this.more.addEventListener("click", () => { this.most += STEP; this.show(); });
    place.querySelectorAll("[hidden].tool").forEach((tool) => { tool.hidden = false; });
    this.body.addEventListener("click", (event) => this.filterOther(event.target));
    this.show();
  }

  sortBy(column) {
    this.descending = this.column === column && !this.descending;
    this.column = column;
    this.heads.forEach((head, i) => {
      if (i === column) head.setAttribute("aria-sort", this.descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    this.restart();
  }

  restart() {
    this.most = STEP;
    this.show();
  }

  /* A button in a row of groups shows its runs in the table of runs. */
  filterOther(button) {
    if (button.dataset.filter === undefined) return;
    const other = tables[this.place.id.replace("groups", "runs")];
    other.box.value = button.dataset.filter;
    other.restart();
    other.place.scrollIntoView();
  }

  show() {
    const conditions = conditionsOf(this.box.value);
    const all = this.rows.map((_, i) => i).filter((i) => matches(this.texts[i], conditions));
    const anchor = this.place.id.replace("runs", "run") + "-";
    const places = sorted(this.rows, all, this.column, this.descending).slice(0, this.most);
    this.body.replaceChildren(
      ...places.map((i) => {
        const line = document.createElement("tr");
        line.append(...this.rows[i].map((cell, column) => cellOf(cell, this.columns[column], anchor)));
        return line;
      })
    );
    const count = this.place.querySelector(".count");
    count.textContent = `${places.length} of ${all.length} rows` +
      (all.length < this.rows.length ? `, of ${this.rows.length} without the filter` : "");
    this.more.hidden = places.length === all.length;
  }
}

const tables = {};

if (typeof document !== "undefined") {
  for (const place of document.querySelectorAll(".live")) tables[place.id] = new LiveTable(place);
} else {
  module.exports = { compareCells, sorted, textOf, conditionsOf, matches, format };
}
