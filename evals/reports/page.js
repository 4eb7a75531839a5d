"use strict";
// Shows one document at a time: a text is drawn only when it is opened. Everything that comes from
// a document becomes a text node, never markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const LETTERS = { achievements: "A", shortcomings: "S", targets: "T", directives: "D" };
  const SIGNS = { wrong: "✗", missed: "○", extra: "+" };
  const LANES = ["--one", "--two", "--three", "--four"];
  const FAULTLESS = "None in this document.";
  const NOT_ASKED = "This setup was not asked about this document.";
  const STEPS = { n: 1, p: -1 };
  const GAP = 12; // between a passage and what is said of it
  const get = (id) => document.getElementById(id);
  const tip = get("tip");

  let reading = 0; // which repeat of which setup is read
  let opened = -1; // position of the document that is shown; -1 for the overview
  let current = -1; // position among its errors
  let parts = []; // of each verdict shown, its segments
  let errors = []; // of the document shown

  const answer = (position) => data.documents[position].answers[reading];
  const starts = (verdict) => [...verdict.gold.spans, ...verdict.told.spans].map((span) => span[0]);
  const place = (verdict) => Math.min(...starts(verdict), Infinity);

  function verdicts(position) {
    const kept = data.documents[position].verdicts; // each once; answers name them by their places
    return (answer(position)?.verdicts ?? []).map((at) => kept[at]);
  }

  const sorted = new Map(); // errors by reading and document, in the order of the text

  function wrong(position) {
    const key = `${reading} ${position}`;
    if (!sorted.has(key)) {
      const rows = verdicts(position)
        .filter((verdict) => verdict.kind in SIGNS)
        .map((verdict, rank) => [place(verdict), rank, verdict]);
      rows.sort((a, b) => (a[0] === b[0] ? a[1] - b[1] : a[0] - b[0]));
      sorted.set(key, rows.map((row) => row[2]));
    }
    return sorted.get(key);
  }

  function element(name, classes = "", text = "") {
    const made = document.createElement(name);
    made.className = classes;
    made.textContent = text;
    return made;
  }

  // --- Addresses ----------------------------------------------------------------------------------

  // "#document-3/2/17" is document 3 in reading 2, at verdict 17 of that answer.
  const ADDRESS = /^#(?:documents|document-(\d+))(?:\/(\d+))?(?:\/(\d+))?$/;
  const address = (position) => `#${position < 0 ? "documents" : `document-${position}`}/${reading}`;

  function turn() {
    const [, position, wanted, at] = (ADDRESS.exec(location.hash) ?? []).map(Number);
    read(wanted < data.readings.length ? wanted : 0);
    show(position < data.documents.length ? position : -1);
    const verdict = opened < 0 ? undefined : verdicts(opened)[at];
    if (verdict) reveal(verdict);
  }

  function read(wanted) {
    reading = wanted;
    for (const select of document.querySelectorAll("select.reading")) select.value = wanted;
    get("back").href = address(-1);
  }

  // --- The list of documents -----------------------------------------------------------------------

  function row(position) {
    const told = answer(position);
    const count = wrong(position).length;
    const made = element("tr");
    const link = element("a", "", data.documents[position].name);
    link.href = address(position);
    const head = element("th");
    head.scope = "row";
    head.append(link);
    const state = !told ? "not asked" : told.failure ? `failed: ${told.failure}` : "";
    const score = told && told.score !== null ? (100 * told.score).toFixed(1) : "–";
    made.append(head, element("td", "number", score));
    made.append(element("td", "number", told ? String(count) : "–"));
    made.append(element("td", "state", state));
    return made;
  }

  // Positions of the documents that are listed, in the order of the list.
  function order() {
    const wanted = get("filter").value.trim().toLowerCase();
    const all = data.documents.map((_, position) => position);
    const found = all.filter((at) => data.documents[at].name.toLowerCase().includes(wanted));
    if (get("order").value === "worst") {
      const score = (at) => answer(at)?.score ?? 1; // without figures none is wrong
      found.sort((a, b) => score(a) - score(b) || wrong(b).length - wrong(a).length);
    }
    return found;
  }

  function list() {
    const found = order();
    get("documents").replaceChildren(...found.map(row));
    get("none").hidden = found.length > 0;
  }

  // --- A document ----------------------------------------------------------------------------------

  // Offsets count code points; a segment carries every verdict on it, so that overlaps stay visible.
  function paint(pane, signs, side, shown) {
    const marks = shown.flatMap((verdict, id) =>
      verdict[side].spans.map(([start, end]) => ({ id, start, end, verdict })),
    );
    const bounds = new Set([0, signs.length]);
    for (const mark of marks) bounds.add(mark.start).add(mark.end);
    const cuts = [...bounds].sort((a, b) => a - b);
    const begun = new Set();
    const drawn = cuts.slice(0, -1).map((start, at) => {
      const text = signs.slice(start, cuts[at + 1]).join("");
      const over = marks.filter((mark) => mark.start <= start && mark.end > start);
      return over.length ? segment(text, over, side, begun) : document.createTextNode(text);
    });
    get(pane).replaceChildren(...drawn);
  }

  function segment(text, over, side, begun) {
    const found = over.map((mark) => mark.verdict);
    const kinds = new Set(found.map((verdict) => verdict.kind));
    const faulty = ["wrong", "missed", "extra"].filter((kind) => kinds.has(kind));
    const made = element(faulty.length ? "mark" : "span", `part ${faulty.join(" ")}`, text);
    if (found.some((verdict) => verdict.figure)) made.classList.add("figure");
    for (const kind of faulty) {
      if (found.some((v) => v.figure && v.kind === kind)) made.classList.add(`${kind}-figure`);
    }
    if (kinds.size === 1 && kinds.has("optional")) made.classList.add("optional");
    const lists = [...new Set(found.filter((v) => !v.figure).map((v) => v[side].list))];
    lists.forEach((name, lane) => made.style.setProperty(LANES[lane], `var(--${name})`));
    const fresh = over.filter((mark) => !begun.has(mark.id));
    for (const mark of fresh) begun.add(mark.id);
    const badges = element("span", "badges");
    badges.append(...fresh.flatMap(({ verdict }) => badge(verdict, side)));
    if (badges.hasChildNodes()) made.prepend(badges);
    made.tabIndex = fresh.length ? 0 : -1;
    made.verdicts = found;
    made.setAttribute("aria-description", found.map(saying).join(" "));
    for (const mark of over) parts[mark.id].push(made);
    return made;
  }

  // A badge has no text of its own, so that the text stays as it is in the source.
  function badge(verdict, side) {
    const letter = verdict.figure ? "" : (LETTERS[verdict[side].list] ?? "");
    const sign = letter + (SIGNS[verdict.kind] ?? "");
    const made = element("span", verdict.kind);
    made.dataset.badge = sign;
    return sign ? [made] : [];
  }

  const saying = (verdict) => `${verdict.noun}: ${verdict.sentence}`;

  function show(position) {
    opened = position;
    current = -1;
    get("overview").hidden = position >= 0;
    get("reader").hidden = position < 0;
    hide();
    if (position < 0) return list();
    const told = data.documents[position];
    const signs = Array.from(told.text);
    const shown = verdicts(position);
    parts = shown.map(() => []);
    errors = wrong(position);
    get("name").textContent = told.name;
    get("failure").hidden = !answer(position)?.failure;
    get("failure").textContent = `There is no summary: ${answer(position)?.failure}`;
    paint("gold", signs, "gold", shown);
    paint("told", signs, "told", shown);
    get("errors").replaceChildren(...errors.map(entry));
    get("faultless").hidden = errors.length > 0;
    const asked = Boolean(answer(position));
    get("faultless").textContent = asked ? FAULTLESS : NOT_ASKED;
    if (asked) tell(errors.length ? `${count(errors.length)} here` : "no errors here");
    else tell("not asked");
    window.scrollTo(0, 0);
    return undefined;
  }

  const count = (number) => `${number} ${number === 1 ? "error" : "errors"}`;

  function entry(verdict, rank) {
    const made = element("li");
    const button = element("button", "entry");
    button.type = "button";
    button.append(...lines(verdict));
    button.addEventListener("click", () => go(rank));
    made.append(button);
    return made;
  }

  function lines(verdict) {
    const dot = element("span", `dot ${verdict.gold.list}`);
    const head = element("b", "", `${SIGNS[verdict.kind] ?? "✓"} ${verdict.noun}`);
    return [dot, head, element("q", "", verdict.words), element("span", "said", verdict.sentence)];
  }

  // --- From error to error ------------------------------------------------------------------------

  function go(rank) {
    current = rank;
    tell(`${rank + 1} of ${count(errors.length)} here`); // first, for it may move the text
    mark(errors[rank]);
  }

  function reveal(verdict) {
    const rank = errors.indexOf(verdict);
    if (rank < 0) mark(verdict);
    else go(rank);
  }

  function mark(verdict) {
    const here = parts[verdicts(opened).indexOf(verdict)];
    const item = get("errors").children[errors.indexOf(verdict)];
    for (const old of document.querySelectorAll(".current")) old.classList.remove("current");
    for (const part of here) part.classList.add("current");
    item?.classList.add("current");
    look(verdict.gold.spans.length ? "gold" : "told");
    const target = here.find((part) => part.offsetParent !== null) ?? item?.firstElementChild;
    target?.scrollIntoView({ block: "center" });
    target?.focus({ preventScroll: true });
  }

  function step(by) {
    if (opened >= 0 && errors[current + by] && (by > 0 || current > 0)) return go(current + by);
    const listed = order();
    const at = listed.indexOf(opened);
    const ahead = by > 0 ? listed.slice(at + 1) : listed.slice(0, Math.max(at, 0)).reverse();
    const next = ahead.find((position) => wrong(position).length > 0);
    if (next === undefined) return tell(by > 0 ? "no error after this" : "no error before this");
    history.replaceState(null, "", address(next));
    show(next);
    return go(by > 0 ? 0 : errors.length - 1);
  }

  function tell(words) {
    get("status").textContent = words;
  }

  // On a narrow screen one side is seen at a time.
  function look(side) {
    get("sides").dataset.side = side;
    for (const name of ["gold", "told"]) {
      get(`see-${name}`).setAttribute("aria-pressed", String(name === side));
    }
  }

  // --- What a passage says when it is pointed at ---------------------------------------------------

  function point(part) {
    hide();
    const rows = part.verdicts.map((verdict) => {
      const made = element("p");
      made.append(...lines(verdict));
      return made;
    });
    tip.replaceChildren(...rows);
    tip.hidden = false;
    const ids = part.verdicts.map((verdict) => verdicts(opened).indexOf(verdict));
    const twins = ids.flatMap((id) => parts[id]);
    for (const twin of twins) twin.classList.add("twin");
    settle(part, twins);
  }

  // Puts what is said below the passage or above it; of a passage that fills the screen it spares
  // at least the part that is pointed at.
  function settle(part, twins) {
    const pane = part.closest(".text"); // the other one has its twins, which are spared too
    const passage = twins.filter((twin) => pane.contains(twin));
    const ceiling = document.querySelector(".bench").getBoundingClientRect().bottom;
    const floor = window.innerHeight;
    tip.style.left = "0"; // as wide as it likes to be
    const own = tip.getBoundingClientRect();
    const [whole, near] = [passage, [part]].map((several) => extent(several, ceiling, floor));
    const tops = [whole, near].flatMap(([high, low]) => [low + GAP, high - GAP - own.height]);
    const top = tops.find((at) => at >= ceiling && at + own.height <= floor) ?? near[1] + GAP;
    const screen = document.documentElement.clientWidth - GAP;
    const right = Math.min(screen, pane.getBoundingClientRect().right) - own.width;
    const left = Math.max(GAP, Math.min(part.getClientRects()[0].left, right));
    tip.style.left = `${left + window.scrollX}px`;
    tip.style.top = `${top + window.scrollY}px`; // it moves along with the text
  }

  // How high and how low parts reach where they are seen.
  function extent(several, ceiling, floor) {
    const boxes = several.flatMap((part) => [...part.getClientRects()]);
    const seen = boxes.filter((box) => box.bottom > ceiling && box.top < floor);
    const kept = seen.length ? seen : boxes;
    return [Math.min(...kept.map((box) => box.top)), Math.max(...kept.map((box) => box.bottom))];
  }

  function hide() {
    tip.hidden = true;
    for (const twin of document.querySelectorAll(".twin")) twin.classList.remove("twin");
  }

  const pointed = (event) => (event.target.closest ? event.target.closest(".part") : null);
  for (const name of ["pointerover", "focusin"]) {
    get("sides").addEventListener(name, (event) => pointed(event) && point(pointed(event)));
  }
  for (const name of ["pointerout", "focusout"]) get("sides").addEventListener(name, hide);

  document.addEventListener("keydown", (event) => {
    const typing = event.target.tagName === "INPUT";
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") hide();
    if (!(event.key in STEPS)) return;
    event.preventDefault(); // else a list of choices looks for one that begins so
    step(STEPS[event.key]);
  });

  for (const select of document.querySelectorAll("select.reading")) {
    data.readings.forEach((label, position) => select.append(new Option(label, String(position))));
    select.closest("label").hidden = data.readings.length < 2;
    select.addEventListener("change", () => {
      read(Number(select.value));
      history.replaceState(null, "", address(opened));
      show(opened);
    });
  }
  get("filter").addEventListener("input", list);
  get("order").addEventListener("change", list);
  get("next").addEventListener("click", () => step(1));
  get("previous").addEventListener("click", () => step(-1));
  get("back").addEventListener("click", () => window.scrollTo(0, 0));
  get("see-gold").addEventListener("click", () => look("gold"));
  get("see-told").addEventListener("click", () => look("told"));
  window.addEventListener("hashchange", turn);
  look("gold");
  turn();
})();
