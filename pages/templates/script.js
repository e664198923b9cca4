"use strict";
(() => {
  const root = document.documentElement, button = document.getElementById("theme");
  const stored = () => { try { return localStorage.getItem("gendash-theme"); } catch { return null; } };
  const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : !matchMedia("(prefers-color-scheme: light)").matches;
  const label = () => { button.textContent = dark() ? "Light" : "Dark"; };
  if (stored()) root.dataset.theme = stored();
  button.hidden = false;
  label();
  button.onclick = () => {
    root.dataset.theme = dark() ? "light" : "dark";
    try { localStorage.setItem("gendash-theme", root.dataset.theme); } catch { /* not kept */ }
    label();
  };
  addEventListener("beforeprint", () => document.querySelectorAll("details.rowbox").forEach((one) => { one.open = true; }));

  const make = (name, classes, text) => {
    const one = document.createElement(name);
    if (classes) one.className = classes;
    if (text !== undefined) one.textContent = text;
    return one;
  };
  for (const plot of document.querySelectorAll(".plot:has(script)")) {
    let data = null;
    const cursor = make("div", "cursor"), tip = make("div", "tip");
    const leave = () => { cursor.remove(); tip.remove(); };
    const move = (event) => {
      data ??= JSON.parse(plot.querySelector("script").textContent);
      const box = plot.querySelector("svg").getBoundingClientRect(), outer = plot.getBoundingClientRect();
      const at = (event.clientX - box.left) / box.width;
      if (at < 0 || at > 1 || !data.x.length) return leave();
      let low = 0, high = data.x.length - 1;
      while (high - low > 1) { const middle = (low + high) >> 1; if (data.x[middle] < at) low = middle; else high = middle; }
      const index = at - data.x[low] < data.x[high] - at ? low : high;
      cursor.style.cssText = `left:${box.left - outer.left + data.x[index] * box.width}px;height:${box.height - 22}px`;
      tip.replaceChildren(make("b", "", data.t[index]));
      let more = 0;
      for (const series of data.s) {
        if (!series.v[index] || (tip.childElementCount > 20 && ++more)) continue;
        const line = make("div"), dot = make("i");
        dot.style.background = series.c;
        line.append(dot, make("span", "", series.n), make("b", "", series.v[index]));
        tip.append(line);
      }
      if (more) tip.append(make("div", "", `and ${more} more`));
      plot.append(cursor, tip);
      const left = box.left - outer.left + data.x[index] * box.width;
      const right = left + tip.offsetWidth + 16 > outer.width;
      tip.style.left = `${Math.max(0, right ? left - tip.offsetWidth - 10 : left + 10)}px`;
    };
    plot.addEventListener("pointermove", move);
    plot.addEventListener("pointerleave", leave);
  }
})();
