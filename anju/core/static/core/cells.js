/* What every grid of the house needs: blocks of cells as text, numbers as they are written, and the sums of a selection, exact, in whole numbers. */
(() => {
  "use strict";

  /* A spreadsheet puts a cell with a line break or a tab into quotation marks. */
  const parse = (text) => {
    const lines = [[""]];
    let quoted = false;
    for (let i = 0; i < text.length; i += 1) {
      const one = text[i];
      const line = lines[lines.length - 1];
      if (quoted) {
        if (one !== '"') line[line.length - 1] += one === "\n" || one === "\r" ? " " : one;
        else if (text[i + 1] === '"') { line[line.length - 1] += '"'; i += 1; }
        else quoted = false;
      } else if (one === '"' && line[line.length - 1] === "") quoted = true;
      else if (one === "\t") line.push("");
      else if (one === "\n") lines.push([""]);
      else if (one !== "\r") line[line.length - 1] += one;
    }
    const end = lines[lines.length - 1];
    if (lines.length > 1 && end.length === 1 && end[0] === "") lines.pop();
    return lines.map((line) => line.map((one) => one.trim()));
  };
  const block = (lines) => lines.map((line) => line.join("\t")).join("\r\n");

  const NUMBER = /^[-−]?\d{1,3}(,\d{3})+(\.\d+)?$|^[-−]?\d+(\.\d+)?$/;
  const isNumber = (text) => NUMBER.test(text);
  /* As it is typed: without the separators of the thousands. Anything else stays. */
  const plain = (text) => (isNumber(text) ? text.replaceAll(",", "") : text);

  /* (digits, places) of a number's text; sums are made of whole numbers, so that nothing is lost. */
  const digits = (text) => {
    const [whole, fraction = ""] = plain(text).replace("−", "-").split(".");
    return [BigInt(whole + fraction), fraction.length];
  };
  const written = (value, places) => {
    const text = (value < 0n ? -value : value).toString().padStart(places + 1, "0");
    const whole = text.slice(0, text.length - places).replace(/\B(?=(\d{3})+$)/g, ",");
    return `${value < 0n ? "-" : ""}${whole}${places ? `.${text.slice(-places)}` : ""}`;
  };
  /* Half away from zero, as everywhere in the house. */
  const divided = (value, by) => {
    const [a, b] = [value < 0n ? -value : value, BigInt(by)];
    const rounded = (2n * a + b) / (2n * b);
    return value < 0n ? -rounded : rounded;
  };
  const summary = (texts) => {
    const numbers = texts.filter(isNumber).map(digits);
    if (!numbers.length) return null;
    const places = Math.max(...numbers.map(([, one]) => one));
    const scaled = numbers.map(([value, one]) => value * 10n ** BigInt(places - one));
    const sum = scaled.reduce((total, one) => total + one, 0n);
    const finer = Math.max(places, 2); // an average is finer than what it is made of
    return {
      count: numbers.length,
      sum: written(sum, places),
      average: written(divided(sum * 10n ** BigInt(finer - places), numbers.length), finer),
      least: written(scaled.reduce((a, b) => (a < b ? a : b)), places),
      most: written(scaled.reduce((a, b) => (a > b ? a : b)), places),
    };
  };
  const SPREAD = new Set(["%", "度"]); // units that do not add up: the least and the most are told
  /* Of [text, unit] of many cells the sum, as under a spreadsheet. Rates do not add up, nor do unlike units. */
  const told = (numbers) => {
    const total = summary(numbers.map(([text]) => text));
    if (!total) return "";
    const units = new Set(numbers.map(([, unit]) => unit));
    const [unit] = units;
    if (units.size > 1) return `计数 ${total.count}（单位不同，不求和）`;
    if (SPREAD.has(unit)) return `计数 ${total.count}　最小 ${total.least}　最大 ${total.most}`;
    return `合计 ${total.sum}${unit}　平均 ${total.average}　计数 ${total.count}`;
  };
  /* Order of a column: numbers by size, then words, blanks last. */
  const compare = (a, b) => {
    const rank = (text) => (isNumber(text) ? 0 : text ? 1 : 2);
    if (rank(a) !== rank(b)) return rank(a) - rank(b);
    if (rank(a)) return a.localeCompare(b, "zh-CN");
    const [[x, p], [y, q]] = [digits(a), digits(b)];
    const [l, r] = [x * 10n ** BigInt(q), y * 10n ** BigInt(p)];
    return l < r ? -1 : l > r ? 1 : 0;
  };

  window.Cells = { parse, block, plain, told, compare };
})();
