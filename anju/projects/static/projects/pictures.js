/* Pictures drawn by the server as SVG: saved as SVG, PNG or data; a point or a row shows where the other one is. */
(() => {
  "use strict";
  const save = (name, address) => {
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
  };
  const csv = (table) => [...table.rows]
    .map((row) => [...row.cells].map((cell) => `"${cell.textContent.replace(/\s+/g, " ").trim().replaceAll('"', '""')}"`).join(","))
    .join("\r\n");

  for (const figure of document.querySelectorAll("figure.drawn")) {
    const svg = figure.querySelector("svg");
    const name = figure.querySelector("figcaption h2, figcaption h3").textContent.trim();
    figure.addEventListener("click", (event) => {
      const kind = event.target.closest("button[data-save]")?.dataset.save;
      if (!kind) return;
      if (kind === "data") {
        save(`${name}.csv`, URL.createObjectURL(new Blob(["\ufeff", csv(document.getElementById(figure.dataset.table))], { type: "text/csv" })));
        return;
      }
      const copy = svg.cloneNode(true);
      copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
      const { width, height } = svg.viewBox.baseVal;
      copy.setAttribute("width", width);
      copy.setAttribute("height", height);
      copy.setAttribute("font-family", '"Microsoft YaHei","PingFang SC","Noto Sans CJK SC",sans-serif');
      const drawing = new XMLSerializer().serializeToString(copy);
      if (kind === "svg") {
        save(`${name}.svg`, URL.createObjectURL(new Blob([drawing], { type: "image/svg+xml" })));
        return;
      }
      const image = new Image();
      image.onload = () => {
        const canvas = document.createElement("canvas");
        canvas.width = width * 2;
        canvas.height = height * 2;
        const pen = canvas.getContext("2d");
        pen.fillStyle = "#fff";
        pen.fillRect(0, 0, canvas.width, canvas.height);
        pen.drawImage(image, 0, 0, canvas.width, canvas.height);
        save(`${name}.png`, canvas.toDataURL("image/png"));
      };
      image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawing)}`;
    });
  }

  const pair = (event, on) => {
    const one = event.target.closest?.("[data-point]");
    if (!one) return;
    for (const same of document.querySelectorAll(`[data-point="${one.dataset.point}"]`)) same.classList.toggle("lit", on);
  };
  for (const [name, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
    document.addEventListener(name, (event) => pair(event, on));
  }
})();
