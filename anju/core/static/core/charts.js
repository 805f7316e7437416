/* Pictures from the numbers in the page. Each takes its data from the JSON block beside it and never computes a figure:
   texts come ready from the server. Tooltips are drawn on the canvas, because HTML ones need inline styles the policy forbids. */
(() => {
  "use strict";
  const INK = "#1f2933";
  const INK_2 = "#4d5966";
  const LINE = "#d5dbe2";
  const BLUE = "#1554a3";
  const GREY = "#9aa7b5";
  const FONT = '"Microsoft YaHei","PingFang SC","Noto Sans CJK SC",sans-serif';
  const base = {
    animation: false,
    textStyle: { fontFamily: FONT, fontSize: 13, color: INK },
    aria: { enabled: true, label: { enabled: false } },
    tooltip: { renderMode: "richText", backgroundColor: "#fff", borderColor: LINE, textStyle: { color: INK, fontFamily: FONT } },
  };
  const narrow = () => innerWidth < 768;

  /* Target against actual: a bar, a tick at the target, a second tick at today's node, the numbers as words. */
  const bullet = (data) => {
    const rows = [...data.rows].reverse();
    const tick = (name, key, colour, size) => ({
      name,
      type: "scatter",
      symbol: "rect",
      symbolSize: size,
      z: 4,
      itemStyle: { color: colour },
      data: rows.map((row, i) => (row[key] === null ? null : [row[key], i])).filter(Boolean),
    });
    return {
      ...base,
      grid: { left: 8, right: narrow() ? 92 : 190, top: 22, bottom: 4, containLabel: true },
      xAxis: { type: "value", min: 0, axisLabel: { color: INK_2, hideOverlap: true }, splitLine: { lineStyle: { color: "#e8ecf0" } }, position: "top", splitNumber: narrow() ? 2 : 5 },
      yAxis: { type: "category", data: rows.map((row) => row.name), axisTick: { show: false }, axisLine: { lineStyle: { color: LINE } }, axisLabel: { color: INK, width: narrow() ? 92 : 130, overflow: "break" } },
      series: [
        {
          type: "bar",
          barWidth: 13,
          data: rows.map((row) => ({ value: row.actual, itemStyle: { color: row.short ? BLUE : GREY } })),
        },
        { type: "bar", barGap: "-100%", barWidth: 13, silent: true, itemStyle: { color: "transparent" },
          data: rows.map((row) => Math.max(row.actual || 0, row.target || 0, row.node || 0)),
          label: { show: true, position: "right", color: INK, distance: 8, formatter: (p) => (narrow() ? rows[p.dataIndex].brief : rows[p.dataIndex].text) } },
        tick("目标", "target", INK, [3, 22]),
        tick("今日节点", "node", INK_2, [2, 15]),
      ],
      tooltip: { ...base.tooltip, trigger: "axis", axisPointer: { type: "none" }, formatter: (list) => { const row = rows[list[0].dataIndex]; return `${row.name}\n${row.text}`; } },
    };
  };

  /* Parts of a whole and rankings: plain bars, labelled directly. */
  const bars = (data) => {
    const rows = [...data.rows].reverse();
    return {
      ...base,
      grid: { left: 8, right: narrow() ? 80 : 150, top: 8, bottom: 4, containLabel: true },
      xAxis: { type: "value", show: false, min: (v) => Math.min(0, v.min) },
      yAxis: { type: "category", data: rows.map((row) => row.name), axisTick: { show: false }, axisLine: { lineStyle: { color: LINE } }, axisLabel: { color: INK, width: narrow() ? 90 : 170, overflow: "break" } },
      series: [{
        type: "bar", barWidth: 13,
        data: rows.map((row) => ({ value: row.actual, itemStyle: { color: row.strong ? BLUE : GREY } })),
        label: { show: true, position: "right", color: INK, formatter: (p) => rows[p.dataIndex].text },
      }],
    };
  };

  /* Who gains to the right, who loses to the left of one line, the numbers as words at the ends. */
  const balance = (data) => {
    const rows = [...data.rows].reverse();
    const side = (key, colour, position) => ({
      type: "bar", stack: "one", barWidth: 13, itemStyle: { color: colour },
      data: rows.map((row) => row[key]),
      label: { show: true, position, color: INK, formatter: (p) => rows[p.dataIndex][`${key}_text`] },
    });
    return {
      ...base,
      grid: { left: 8, right: narrow() ? 48 : 80, top: 8, bottom: 4, containLabel: true },
      xAxis: { type: "value", show: false, min: (v) => v.min * (narrow() ? 1.7 : 1.25), max: (v) => v.max },
      yAxis: { type: "category", data: rows.map((row) => row.name), axisTick: { show: false }, axisLine: { onZero: false, lineStyle: { color: LINE } }, axisLabel: { color: INK, width: narrow() ? 90 : 170, overflow: "break" } },
      series: [side("lose", GREY, "left"), side("gain", BLUE, "right")],
    };
  };

  /* Over time: a line, with the plan's line dashed beside it. A gap stays a gap. */
  const line = (data) => ({
    ...base,
    grid: { left: 8, right: 96, top: 18, bottom: 4, containLabel: true },
    xAxis: { type: "category", data: data.periods, axisLine: { lineStyle: { color: LINE } }, axisLabel: { color: INK_2 }, boundaryGap: false },
    yAxis: { type: "value", axisLabel: { color: INK_2 }, splitLine: { lineStyle: { color: "#e8ecf0" } } },
    series: data.series.map((one, i) => ({
      name: one.name, type: "line", data: one.values, connectNulls: false, symbolSize: 6,
      lineStyle: { color: one.plan ? INK_2 : i ? GREY : BLUE, type: one.plan ? "dashed" : "solid", width: 2 },
      itemStyle: { color: one.plan ? INK_2 : i ? GREY : BLUE },
      endLabel: { show: one.end !== "", color: INK, formatter: one.end ?? one.name },
    })),
    tooltip: { ...base.tooltip, trigger: "axis", formatter: (list) => [list[0].axisValue, ...list.map((p) => `${p.seriesName} ${data.series[p.seriesIndex].texts[p.dataIndex]}`)].join("\n") },
  });

  const kinds = { bullet, bars, balance, line };
  const drawn = [];

  const save = (name, address) => {
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
  };

  const titled = (figure, option) => ({
    ...option,
    backgroundColor: "#fff",
    title: {
      text: figure.querySelector("figcaption h3").textContent.trim(),
      subtext: figure.querySelector("figcaption p")?.textContent.trim() || "",
      left: 8, top: 4, textStyle: { fontSize: 15, color: INK, fontFamily: FONT }, subtextStyle: { color: INK_2, fontFamily: FONT },
    },
    grid: { ...option.grid, top: option.grid.top + 52 },
  });

  /* The saved picture carries its title and source, or it is worthless a week later. */
  const picture = (figure, option, plot, renderer) => {
    const size = { width: plot.clientWidth, height: plot.clientHeight + 56 };
    const chart = renderer === "svg"
      ? echarts.init(null, null, { renderer, ssr: true, ...size })
      : echarts.init(document.createElement("div"), null, { renderer, ...size });
    chart.setOption(titled(figure, option));
    const address = renderer === "svg"
      ? URL.createObjectURL(new Blob([chart.renderToSVGString()], { type: "image/svg+xml" }))
      : chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: "#fff" });
    chart.dispose();
    return address;
  };

  const csv = (table) => [...table.rows]
    .map((row) => [...row.cells].map((cell) => `"${cell.textContent.replace(/\s+/g, " ").trim().replaceAll('"', '""')}"`).join(","))
    .join("\r\n");

  for (const figure of document.querySelectorAll("figure.chart")) {
    const plot = figure.querySelector(".plot");
    const data = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
    const make = kinds[figure.dataset.chart];
    const chart = echarts.init(plot, null, { renderer: "canvas" });
    chart.setOption(make(data));
    drawn.push({ chart, redraw: () => { if (!matchMedia("print").matches) { chart.resize(); chart.setOption(make(data), true); } } }); // on paper the drawn picture is scaled
    figure.addEventListener("click", (event) => {
      const kind = event.target.closest("button[data-save]")?.dataset.save;
      if (!kind) return;
      const name = figure.querySelector("figcaption h3").textContent.trim();
      if (kind === "data") {
        save(`${name}.csv`, URL.createObjectURL(new Blob(["\ufeff", csv(figure.querySelector("table"))], { type: "text/csv" })));
      } else {
        save(`${name}.${kind}`, picture(figure, make(data), plot, kind === "svg" ? "svg" : "canvas"));
      }
    });
  }

  let waiting = 0;
  new ResizeObserver(() => {
    clearTimeout(waiting);
    waiting = setTimeout(() => drawn.forEach((one) => one.redraw()), 120);
  }).observe(document.querySelector("main"));
  addEventListener("beforeprint", () => drawn.forEach((one) => one.redraw()));
})();
