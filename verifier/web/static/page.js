// Makes the form kinder where scripts run. Everything works without this file.
import { initAll } from "./vendor/govuk-frontend.js";

initAll();

// GOV.UK puts a visually hidden comma into the button's name, which then differs from what is seen.
document
  .querySelectorAll(".govuk-file-upload-button .govuk-visually-hidden")
  .forEach((comma) => comma.remove());

// The verdict is what the visitor came for: read it first, wherever the form stood.
document.getElementById("verdict")?.focus();
