// What is cut, overlaps, or is wider than the page: a list of sentences. Texts are judged by the boxes of their lines.
(() => {
  const found = [], seen = (node) => {
    for (let one = node; one && one.nodeType === 1; one = one.parentElement) {
      const style = getComputedStyle(one);
      if (style.display === "none" || style.visibility === "hidden" || Number(style.opacity) === 0) return false;
      if (one.tagName === "DETAILS" && !one.open && !(node.closest("summary") && node.closest("details") === one)) return false;
    }
    return true;
  };
  const about = (node, text) => {
    const panel = node.closest(".panel, .card, header, .head");
    return `${panel && panel.id ? panel.id : node.tagName}: '${text.trim().slice(0, 40)}'`;
  };
  const page = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > page + 1) found.push(`the page is ${document.documentElement.scrollWidth} wide on ${page}`);
  const scrolls = (node) => {
    for (let one = node.parentElement; one; one = one.parentElement) {
      const style = getComputedStyle(one);
      if (/auto|scroll/.test(style.overflowX + style.overflowY)) return one;
    }
    return null;
  };
  // every text with its boxes
  const texts = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.data.trim() || parent.closest("script, style, title, .skip, option, select") || !seen(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()].filter((box) => box.width > 1 && box.height > 1);
    if (boxes.length) texts.push({ node, parent, boxes, svg: parent.closest("svg"), panel: parent.closest(".panel"), scroll: scrolls(parent) });
  }
  for (const one of texts) {
    const limit = one.panel ? one.panel.getBoundingClientRect() : null;
    for (const box of one.boxes) {
      if (!one.scroll && (box.left < -1 || box.right > page + 1)) found.push(`beyond the page: ${about(one.parent, one.node.data)}`);
      else if (limit && !one.scroll && (box.left < limit.left - 1 || box.right > limit.right + 1 || box.top < limit.top - 1 || box.bottom > limit.bottom + 1))
        found.push(`beyond its panel: ${about(one.parent, one.node.data)}`);
    }
    for (let up = one.parent; up && up !== document.body; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (style.overflow === "hidden" || style.textOverflow === "ellipsis") {
        const outer = up.getBoundingClientRect();
        if (one.boxes.some((box) => box.right > outer.right + 1.5 || box.bottom > outer.bottom + 3)) found.push(`cut: ${about(one.parent, one.node.data)}`);
      }
    }
  }
  // texts of one panel, or of none, that lie upon each other
  const groups = new Map();
  for (const one of texts) {
    const key = one.scroll || one.panel || document.body;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(one);
  }
  const sticky = (node) => node.closest("th, header, .about > summary, .cursor, .tip");
  for (const group of groups.values()) {
    for (let i = 0; i < group.length; i++) for (let j = i + 1; j < group.length; j++) {
      const a = group[i], b = group[j];
      if (sticky(a.parent) || sticky(b.parent)) continue;
      const hit = a.boxes.some((m) => b.boxes.some((n) =>
        Math.min(m.right, n.right) - Math.max(m.left, n.left) > 2 && Math.min(m.bottom, n.bottom) - Math.max(m.top, n.top) > 4));
      if (hit) found.push(`upon each other: ${about(a.parent, a.node.data)} and '${b.node.data.trim().slice(0, 40)}'`);
    }
  }
  return [...new Set(found)];
})()
