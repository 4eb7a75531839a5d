"use strict";
// Documents are read and drawn when they are opened. Everything that comes from a document becomes
// a text node, never markup.
(() => {
  const LISTS = ["achievements", "shortcomings", "targets", "directives"];
  const LANES = ["--one", "--two", "--three"];
  const STEP = 200; // rows of the index that are drawn at once
  const get = (id) => document.getElementById(id);
  const read = (id) => JSON.parse(get(id).textContent);
  const labels = read("labels");
  const index = read("index");

  // A text with its code points counted, as offsets count them; most have no sign of two units.
  function counted(text) {
    if (!/[\ud800-\udfff]/.test(text)) {
      return { size: text.length, cut: (start, end) => text.slice(start, end) };
    }
    const points = Array.from(text);
    return { size: points.length, points, cut: (start, end) => points.slice(start, end).join("") };
  }

  // Words of the source stand in the file once; what repeats them is cut out of it here.
  function unpacked(position) {
    const told = read(`document-${position}`);
    const { cut } = counted(told.text ?? "");
    for (const item of told.items ?? []) {
      item.evidence = item.evidence.map(([start, end, page, quote]) => ({
        start, end, page, quote: quote ?? cut(start, end),
      }));
      const quote = item.evidence[0]?.quote ?? "";
      item.statement ??= quote.charAt(0).toUpperCase() + quote.slice(1);
      for (const figure of item.figures ?? []) figure.amount ??= cut(figure.start, figure.end);
    }
    return told;
  }

  let language = "vi";
  let opened = -1; // position of the document that is shown; -1 for the index
  let kept = null; // the document that is shown
  let source = counted(""); // its text
  let current = ""; // id of the chosen item
  let shown = []; // items that pass the filters
  let drawn = STEP;
  const chosen = { lists: new Set(LISTS), sector: "", flagged: false, order: "" };

  function say(key, values = {}, kind = "words") {
    const words = labels[language][kind][key] ?? key;
    return words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  function element(name, classes = "", text = "") {
    const made = document.createElement(name);
    made.className = classes;
    made.textContent = text;
    return made;
  }

  function button(classes, text, action) {
    const made = element("button", classes, text);
    made.type = "button";
    made.addEventListener("click", action);
    return made;
  }

  // --- Search: no case, no diacritics --------------------------------------------------------------

  // Texts are searched as they stand, by patterns that accept each letter with any mark.
  const MARKED = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ";
  const MARKS = /[\u0300-\u036f]/g;
  const BLANKS = /\s+/;
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(MARKS, "").replace(/đ/g, "d");
  const like = new Map(); // by letter, the letters it stands for
  for (const one of MARKED) like.set(plain(one), (like.get(plain(one)) ?? plain(one)) + one);

  function letter(sign) {
    const told = like.has(sign) ? `[${like.get(sign)}]` : sign.replace(/[\\^$.*+?()[\]{}|/-]/, "\\$&");
    return /\p{L}/u.test(sign) ? `${told}[\u0300-\u036f]*` : told;
  }

  const pattern = (words) =>
    new RegExp(words.map((word) => Array.from(word, letter).join("")).join("\\s+"), "gi");

  let words = []; // what is searched for

  // The words as they stand; where nothing holds them so, all of them in any order.
  function matching(things, holds) {
    if (!words.length) return things;
    const exact = pattern(words);
    const found = things.filter((thing) => holds(thing, exact));
    if (found.length || words.length < 2) return found;
    const each = words.map((word) => pattern([word]));
    return things.filter((thing) => each.every((one) => holds(thing, one)));
  }

  const within = (text, wanted) => text.search(wanted) >= 0;

  const spoken = (item) =>
    [
      item.id, item.statement, item.indicator, item.issuer, ...(item.addressees ?? []),
      item.deadline?.text, ...item.evidence.map((one) => one.quote),
      ...(item.figures ?? []).map((figure) => figure.amount),
    ].join("\n");

  const spread = []; // by document: what is known about it, and then its items

  function haystack(position) {
    spread[position] ??= (() => {
      const told = unpacked(position);
      const facts = (told.facts ?? []).map((fact) => fact[1]);
      const head = [told.name, told.title, told.overview, told.text, told.failure, ...facts];
      return [head.join("\n"), ...(told.items ?? []).map(spoken)];
    })();
    return spread[position];
  }

  // --- The index -----------------------------------------------------------------------------------

  function list() {
    const all = index.map((_, position) => position);
    const found = matching(all, (position, wanted) =>
      haystack(position).some((text) => within(text, wanted)),
    );
    get("documents").replaceChildren(...found.slice(0, drawn).map(row));
    get("found").textContent = say("found", { found: found.length, all: all.length });
    get("none").hidden = found.length > 0 || !words.length;
    get("more").hidden = found.length <= drawn;
    get("more").textContent = say("more", { rest: found.length - drawn });
  }

  function row(position) {
    const told = index[position];
    const made = element("tr");
    const head = element("th");
    head.scope = "row";
    const link = element("a", "", told.title || told.name);
    link.href = `#${position}`;
    head.append(link);
    if (told.title) head.append(element("small", "", told.name));
    if (told.failed) head.append(element("small", "danger", say("failed")));
    if (words.length) head.append(hits(position));
    made.append(head, element("td", "", told.locality), element("td", "", told.period));
    [...LISTS, "flags"].forEach((name, place) => {
      const count = name === "flags" ? told.flags : told.counts?.[place];
      const cell = element("td", `number ${count ? "" : "zero"}`, String(count ?? "–"));
      cell.dataset.label = say(name);
      made.append(cell);
    });
    return made;
  }

  function hits(position) {
    const items = haystack(position).slice(1).map((text, place) => ({ text, place }));
    const found = matching(items, (item, wanted) => within(item.text, wanted)).slice(0, 3);
    const told = found.length ? unpacked(position).items : [];
    const made = element("ul", "hits");
    for (const { place } of found) {
      const { id, statement, indicator } = told[place];
      const named = indicator && !within(statement, pattern(words)) ? `${indicator}: ` : "";
      const link = element("a", "", `${id}  ${named}${statement}`);
      link.href = `#${position}/${encodeURIComponent(id)}`;
      const line = element("li");
      line.append(link);
      made.append(line);
    }
    return made;
  }

  // --- The source text -----------------------------------------------------------------------------

  // Where the words searched for stand: [start, end] in code points.
  function places() {
    if (!words.length || kept.text === undefined) return [];
    const exact = occurrences(pattern(words));
    return exact.length ? exact : words.flatMap((word) => occurrences(pattern([word])));
  }

  function occurrences(wanted) {
    const units = [...kept.text.matchAll(wanted)].map((hit) => [hit.index, hit.index + hit[0].length]);
    if (!source.points) return units;
    const places = new Map(); // by code unit
    let unit = 0;
    source.points.forEach((sign, place) => {
      places.set(unit, place);
      unit += sign.length;
    });
    places.set(unit, source.size);
    return units.map((pair) => pair.map((one) => places.get(one)));
  }

  function marks() {
    const told = shown.flatMap((item) => [
      ...item.evidence.map(({ start, end }) => ({ kind: "item", start, end, item })),
      ...(item.figures ?? []).map(({ start, end }) => ({ kind: "figure", start, end, item })),
    ]);
    const missed = (kept.unclaimed ?? []).map(([start, end]) => ({ kind: "unclaimed", start, end }));
    const found = places().map(([start, end]) => ({ kind: "found", start, end }));
    const isInside = ({ start, end }) => 0 <= start && start < end && end <= source.size;
    return [...told, ...missed, ...found].filter(isInside);
  }

  // Cut at every border; a segment carries all marks on it, so that overlaps stay visible.
  function paint() {
    const coming = marks().sort((a, b) => a.start - b.start || b.end - a.end);
    const borders = new Set([0, source.size]);
    for (const mark of coming) borders.add(mark.start).add(mark.end);
    const cuts = [...borders].sort((a, b) => a - b);
    const made = document.createDocumentFragment();
    let next = 0;
    let over = [];
    for (let at = 0; at < cuts.length - 1; at += 1) {
      const start = cuts[at];
      over = over.filter((mark) => mark.end > start);
      while (next < coming.length && coming[next].start === start) {
        if (coming[next].kind === "item") made.append(tag(coming[next].item));
        over.push(coming[next]);
        next += 1;
      }
      made.append(segment(source.cut(start, cuts[at + 1]), over));
    }
    get("text").replaceChildren(made);
  }

  const colour = (item) => `var(--${item.list})`;

  // The sign of an item where its passage begins; its letters are no part of the text.
  function tag(item) {
    const made = element("a", "tag");
    made.href = address(item.id);
    made.addEventListener("click", (event) => {
      event.preventDefault();
      choose(item.id, "items");
    });
    made.dataset.id = item.id;
    made.title = item.statement;
    made.setAttribute("aria-label", `${item.id}: ${item.statement}`);
    made.style.setProperty("--kind", colour(item));
    return made;
  }

  function segment(text, over) {
    if (!over.length) return document.createTextNode(text);
    const items = over.filter((mark) => mark.kind === "item");
    const has = (kind) => over.some((mark) => mark.kind === kind);
    const made = element(items.length || has("found") ? "mark" : "span", "", text);
    made.classList.toggle("part", items.length > 0);
    made.classList.toggle("figure", has("figure"));
    made.classList.toggle("unclaimed", has("unclaimed"));
    made.classList.toggle("found", has("found"));
    if (has("unclaimed")) made.title = say("unclaimed");
    if (!items.length) return made;
    items.sort((a, b) => a.end - a.start - (b.end - b.start)); // the closest first
    const owners = [...new Set(items.map((mark) => mark.item))];
    made.owners = owners.map((item) => item.id);
    owners.slice(0, LANES.length).forEach((item, lane) => {
      made.style.setProperty(LANES[lane], colour(item));
    });
    made.addEventListener("click", () => follow(made));
    return made;
  }

  // Whether words are marked here, to be copied: no click then.
  function isMarked(place) {
    const selection = getSelection();
    return !selection.isCollapsed && selection.containsNode(place, true);
  }

  // Where passages overlap, each click chooses the next of them.
  function follow(part) {
    if (isMarked(part)) return;
    const place = part.owners.indexOf(current);
    choose(part.owners[(place + 1) % part.owners.length], "items");
  }

  // --- Items ---------------------------------------------------------------------------------------

  function filtered() {
    const passed = (kept.items ?? []).filter(
      (item) =>
        chosen.lists.has(item.list) &&
        (!chosen.sector || item.sector === chosen.sector) &&
        (!chosen.flagged || item.flags),
    );
    const told = new Map(passed.map((item) => [item, spoken(item)]));
    const found = matching(passed, (item, wanted) => within(told.get(item), wanted));
    return { items: found.length ? found : passed, elsewhere: !found.length && words.length > 0 };
  }

  // Those without a day come last, those without any deadline after them.
  const due = (item) => item.deadline?.date ?? (item.deadline ? "9999" : "99999");

  function ordered(items) {
    if (chosen.order !== "deadline" || items[0]?.list !== "directives") return items;
    return [...items].sort((a, b) => due(a).localeCompare(due(b)));
  }

  // All items are there, those filtered out unseen: print shows them.
  function draw() {
    const { items, elsewhere } = filtered();
    const passed = new Set(items);
    const groups = LISTS.map((name) => ({
      name,
      items: ordered((kept.items ?? []).filter((item) => item.list === name)),
    })).filter((group) => group.items.length);
    shown = groups.flatMap((group) => group.items.filter((item) => passed.has(item)));
    if (!shown.some((item) => item.id === current)) current = "";
    get("sections").replaceChildren(...groups.map((group) => section(group, passed)));
    if (!kept.items && !kept.failure) get("sections").append(element("p", "note", say("nothing")));
    const all = (kept.items ?? []).length;
    get("shown").textContent = elsewhere
      ? say("elsewhere", { places: places().length })
      : say("shown", { shown: shown.length, all });
    get("clear").hidden = !words.length && !isFiltered();
    paint();
    light();
  }

  const isFiltered = () => chosen.lists.size < LISTS.length || chosen.sector || chosen.flagged;

  function section({ name, items }, passed) {
    const made = element("section");
    const head = element("h3", "", `${say(name)} (${items.length})`);
    head.id = `head-${name}`;
    made.setAttribute("aria-labelledby", head.id);
    made.style.setProperty("--kind", `var(--${name})`);
    made.classList.toggle("out", !items.some((item) => passed.has(item)));
    const entries = element("ul");
    entries.append(...items.map((item) => entry(item, passed.has(item))));
    made.append(head, entries);
    return made;
  }

  function entry(item, passes) {
    const made = element("li", "item");
    made.dataset.id = item.id;
    made.classList.toggle("out", !passes);
    const pick = button("pick", "", () => {});
    pick.append(element("b", "", item.id), element("span", "", item.statement));
    made.append(pick, about(item));
    if (item.figures) made.append(figures(item.figures));
    if (item.flags) made.append(warnings(element("ul", "flags"), item.flags));
    for (const { quote } of item.evidence) made.append(element("q", "quote", quote));
    made.addEventListener("click", () => {
      if (!isMarked(made)) choose(item.id, "source");
    });
    return made;
  }

  function about(item) {
    const made = element("p", "about");
    const pages = [...new Set(item.evidence.map((one) => one.page).filter((page) => page))];
    const told = [
      ["", say(item.sector, {}, "sectors")],
      ["", item.indicator],
      ["issuer", item.issuer],
      ["addressees", item.addressees?.join("; ")],
      ["deadline", until(item.deadline)],
      ["", pages.map((page) => say("page", { page })).join(", ")],
    ].filter((pair) => pair[1]);
    told.forEach(([key, value], place) => {
      if (place) made.append(" · ");
      if (key) made.append(`${say(key)}: `);
      made.append(element(key === "deadline" ? "b" : "span", "", value));
    });
    return made;
  }

  const until = (deadline) =>
    deadline && deadline.text + (deadline.day ? ` (${deadline.day})` : "");

  function warnings(made, flags) {
    made.replaceChildren(
      ...flags.map((flag) => {
        const known = labels[language].flags;
        const told = Object.hasOwn(known, flag.code) ? known[flag.code] : flag.message;
        const line = element("li", "", told);
        line.title = `${flag.code}: ${flag.message}`;
        return line;
      }),
    );
    return made;
  }

  function figures(told) {
    const made = element("table", "figures");
    made.setAttribute("aria-label", say("figures"));
    made.append(
      ...told.map((figure) => {
        const line = element("tr");
        const role = say(figure.role, {}, "roles");
        const head = element("th", "", figure.estimated ? `${role} (${say("estimated")})` : role);
        head.scope = "row";
        const form = labels[language].comparators[figure.comparator] ?? "{}";
        const amount = element("td", "amount", form.replace("{}", () => figure.amount));
        if (figure.plan !== undefined) amount.append(bar(figure));
        line.append(head, amount, element("td", "reference", figure.reference));
        return line;
      }),
    );
    return made;
  }

  // The mark is the plan itself; what is far over it ends at the border.
  function bar({ plan, amount }) {
    const name = "http://www.w3.org/2000/svg";
    const made = document.createElementNS(name, "svg");
    made.setAttribute("class", "bar");
    made.setAttribute("viewBox", "0 0 150 10");
    made.setAttribute("preserveAspectRatio", "none");
    made.setAttribute("role", "img");
    made.setAttribute("aria-label", say("plan_bar", { amount }));
    const reached = Math.max(0, Math.min(plan, 150));
    for (const [kind, x, y, width, height] of [
      ["track", 0, 2, 150, 6],
      [plan < 100 ? "short" : "reached", 0, 2, reached, 6],
      ["mark", 99.25, 0, 1.5, 10],
    ]) {
      const part = document.createElementNS(name, "rect");
      part.setAttribute("class", kind);
      Object.entries({ x, y, width, height }).forEach(([key, value]) => part.setAttribute(key, value));
      made.append(part);
    }
    return made;
  }

  // --- From an item to its words and back ----------------------------------------------------------

  const address = (id) => `#${opened}${id ? `/${encodeURIComponent(id)}` : ""}`;
  const shownAs = (id) => [...document.querySelectorAll(".item")].find((one) => one.dataset.id === id);

  function light() {
    const told = shown.find((one) => one.id === current);
    for (const one of document.querySelectorAll(".item")) {
      const is = one.dataset.id === current;
      one.classList.toggle("current", is);
      one.querySelector(".pick").setAttribute("aria-pressed", String(is));
    }
    for (const one of document.querySelectorAll(".tag")) {
      one.classList.toggle("current", one.dataset.id === current);
    }
    for (const part of document.querySelectorAll(".part")) {
      const is = part.owners.includes(current);
      part.classList.toggle("current", is);
      if (is) part.style.setProperty("--chosen", colour(told));
    }
  }

  // ``side`` is where to look now: at the words of an item, or at the item of some words.
  function choose(id, side) {
    current = id;
    light();
    look(kept.text === undefined ? "items" : side);
    history.replaceState(null, "", address(id));
    if (!id) return;
    const one = shownAs(id);
    document.querySelector(".part.current")?.scrollIntoView({ block: "center" });
    one.scrollIntoView({ block: side === "items" ? "center" : "nearest" });
    if (one.offsetParent) one.querySelector(".pick").focus({ preventScroll: true });
  }

  function step(by) {
    const place = shown.findIndex((one) => one.id === current);
    const next = shown[place < 0 && by < 0 ? shown.length - 1 : place + by];
    if (next) choose(next.id, get("reader").dataset.side);
  }

  function walk(by) {
    const links = [...get("documents").querySelectorAll("a")];
    const place = links.indexOf(document.activeElement);
    links[Math.max(0, Math.min(links.length - 1, place + by))]?.focus();
  }

  // On a narrow screen one side is seen at a time.
  function look(side) {
    get("reader").dataset.side = side;
    for (const name of ["source", "items"]) {
      get(`see-${name}`).setAttribute("aria-pressed", String(name === side));
    }
  }

  // --- A document ----------------------------------------------------------------------------------

  function open(position, id = "") { // as it stands in the address
    const before = opened;
    opened = position;
    const isIndex = position < 0;
    get("contents").hidden = !isIndex;
    get("reader").hidden = isIndex;
    get("walk").hidden = isIndex || index.length < 2;
    get("switch").hidden = isIndex;
    get("search").placeholder = say(isIndex ? "search" : "search_here");
    get("search").setAttribute("aria-label", get("search").placeholder);
    if (isIndex) {
      kept = null;
      get("heading").textContent = document.title = say("title");
      list();
      get("documents").querySelector(`a[href="#${before}"]`)?.focus();
      return;
    }
    if (before !== position) {
      kept = unpacked(position);
      source = counted(kept.text ?? "");
      chosen.sector = "";
    }
    const wanted = (kept.items ?? []).find((one) => encodeURIComponent(one.id) === id);
    if (wanted && !filtered().items.includes(wanted)) unfilter();
    current = wanted?.id ?? "";
    describe();
    draw();
    const side = kept.text === undefined ? "items" : "source";
    look(side);
    get("source").scrollTop = get("items").scrollTop = 0;
    if (before !== position) get(side).focus({ preventScroll: true });
    if (current) choose(current, "source");
  }

  function describe() {
    get("heading").textContent = document.title = kept.name;
    get("reader").classList.toggle("alone", kept.text === undefined);
    get("switch").hidden = kept.text === undefined;
    get("sourceless").hidden = kept.text !== undefined || "failure" in kept;
    get("title").textContent = kept.title ?? kept.name;
    get("facts").replaceChildren(
      ...(kept.facts ?? []).flatMap(([key, value]) => [
        element("dt", "", say(key)),
        element("dd", "", value),
      ]),
    );
    get("failure").hidden = !("failure" in kept);
    get("failure").textContent = say("no_summary", { reason: kept.failure });
    get("overview").textContent = kept.overview ?? "";
    warnings(get("issues"), kept.issues ?? []);
    get("previous").disabled = opened === 0;
    get("next").disabled = opened === index.length - 1;
    get("filters").hidden = !kept.items;
    account();
    choices();
  }

  function account() {
    const missed = kept.unclaimed ?? [];
    const numbers = { ...kept.coverage, unclaimed: missed.length };
    get("coverage").textContent = kept.coverage ? say("coverage", numbers) : "";
    if (!missed.length) return;
    const made = element("div");
    missed.forEach(([, , raw], place) => {
      const isSeen = kept.text !== undefined;
      made.append(isSeen ? button("numeral", raw, () => seek(place)) : element("span", "numeral", raw));
    });
    get("coverage").append(made);
  }

  function seek(place) {
    look("source");
    const [start] = kept.unclaimed[place];
    let at = 0;
    for (const node of get("text").childNodes) {
      if (at >= start && node.textContent) return node.scrollIntoView?.({ block: "center" });
      at += Array.from(node.textContent).length;
    }
    return undefined;
  }

  function choices() {
    const items = kept.items ?? [];
    get("lists").replaceChildren(
      ...LISTS.map((name) => {
        const count = items.filter((one) => one.list === name).length;
        const made = button("", `${say(name)} ${count}`, () => {
          if (!chosen.lists.delete(name)) chosen.lists.add(name);
          made.setAttribute("aria-pressed", String(chosen.lists.has(name)));
          draw();
        });
        made.style.setProperty("--kind", `var(--${name})`);
        made.setAttribute("aria-pressed", String(chosen.lists.has(name)));
        made.disabled = !count;
        made.dataset.list = name;
        return made;
      }),
    );
    const named = [...new Set(items.map((one) => one.sector))]
      .map((sector) => [say(sector, {}, "sectors"), sector])
      .sort((a, b) => a[0].localeCompare(b[0], language));
    const options = [[say("all_sectors"), ""], ...named].map(([name, key]) => new Option(name, key));
    get("sector").replaceChildren(...options);
    get("sector").value = chosen.sector;
    get("flagged").checked = chosen.flagged;
    get("order").value = chosen.order;
  }

  function unfilter() {
    get("search").value = "";
    words = [];
    chosen.lists = new Set(LISTS);
    chosen.sector = "";
    chosen.flagged = false;
  }

  function clear() {
    unfilter();
    choices();
    draw();
  }

  // --- The page ------------------------------------------------------------------------------------

  function speak(chosenLanguage) {
    language = chosenLanguage;
    document.documentElement.lang = language;
    for (const name of ["vi", "en"]) get(name).setAttribute("aria-pressed", String(name === language));
    for (const one of document.querySelectorAll("[data-word]")) one.textContent = say(one.dataset.word);
    for (const one of document.querySelectorAll("[data-label]")) {
      if (one.tagName === "TD") continue; // drawn anew
      one.setAttribute("aria-label", say(one.dataset.label));
      if (one.tagName === "BUTTON") one.title = say(one.dataset.label);
    }
  }

  function turn() {
    const found = /^#(\d+)(?:\/(.+))?$/.exec(location.hash);
    if (found && Number(found[1]) < index.length) open(Number(found[1]), found[2]);
    else open(index.length === 1 ? 0 : -1);
  }

  function search() {
    words = plain(get("search").value).split(BLANKS).filter(Boolean);
    drawn = STEP;
    if (kept) draw();
    else list();
  }

  function leave() {
    const box = get("search");
    if (box.value) {
      box.value = "";
      search();
    } else if (document.activeElement === box) box.blur();
    else if (current) choose("", get("reader").dataset.side);
    else if (kept && index.length > 1) location.hash = "";
  }

  const MOVES = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const inField = /^(INPUT|SELECT)$/.test(event.target.tagName) && event.target.type !== "checkbox";
    const box = get("search");
    if (event.key === "Escape") leave();
    else if (event.key in MOVES && (!inField || (event.target === box && event.key === "ArrowDown"))) {
      // Arrows scroll a text; they walk where they stand on something to walk from.
      if (event.key.length > 1 && !event.target.closest("#items, #documents, #search")) return;
      if (kept) step(MOVES[event.key]);
      else walk(event.target === box ? 0 : MOVES[event.key]);
    } else if (event.key === "/" && !inField) {
      box.focus();
      box.select();
    } else return;
    event.preventDefault();
  });

  get("search").addEventListener("input", search);
  get("sector").addEventListener("change", (event) => {
    chosen.sector = event.target.value;
    draw();
  });
  get("flagged").addEventListener("change", (event) => {
    chosen.flagged = event.target.checked;
    draw();
  });
  get("order").addEventListener("change", (event) => {
    chosen.order = event.target.value;
    draw();
  });
  get("clear").addEventListener("click", clear);
  get("more").addEventListener("click", () => {
    drawn += STEP;
    list();
  });
  get("previous").addEventListener("click", () => { location.hash = `#${opened - 1}`; });
  get("next").addEventListener("click", () => { location.hash = `#${opened + 1}`; });
  for (const side of ["source", "items"]) get(`see-${side}`).addEventListener("click", () => look(side));
  for (const name of ["vi", "en"]) {
    get(name).addEventListener("click", () => {
      speak(name);
      open(opened, encodeURIComponent(current));
    });
  }
  window.addEventListener("hashchange", turn);
  speak("vi");
  turn();
})();
