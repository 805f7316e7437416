/* What waited for a file to be read goes on by itself. */
(() => {
  "use strict";
  document.querySelector("form[data-go-on]")?.requestSubmit();
})();
