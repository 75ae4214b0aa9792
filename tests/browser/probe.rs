//! What is looked at in every state of the page.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::browser::Browser;

/// How far the page can be scrolled sideways, in pixels.
const SIDEWAYS: &str =
    "return Math.max(0, document.documentElement.scrollWidth - window.innerWidth)";

/// Axe, once `axe-core` of `package.json` has been installed beside this file.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/browser/node_modules/axe-core/axe.min.js");

const RUN_AXE: &str = r"
    const done = arguments[0];
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    axe.run(document, { runOnly: tags }).then(
      (found) => done(found.violations.map((it) =>
        `${it.id}: ${it.help}: ${it.nodes.map((node) => node.target + ' ' + node.failureSummary).join(' | ')}`)),
      (error) => done([String(error)]));
";

/// Fails when the page is wider than its window.
pub(crate) async fn is_not_wider_than_its_window(browser: &Browser, what: &str) -> Result<()> {
    let sideways = browser.run(SIDEWAYS).await?;
    assert_eq!(sideways, Value::from(0), "{what} can be scrolled sideways");
    Ok(())
}

/// Whether the checker of accessibility has been installed.
pub(crate) fn has_axe() -> bool {
    std::path::Path::new(AXE).exists()
}

/// Fails with what the checker of accessibility complains of.
pub(crate) async fn is_accessible(browser: &Browser, what: &str) -> Result<()> {
    let axe = std::fs::read_to_string(AXE).context("npm ci in tests/browser brings it")?;
    browser.run(&axe).await?;
    let violations = browser.run_async(RUN_AXE).await?;
    let violations = violations.as_array().context("a list of complaints")?;
    assert!(violations.is_empty(), "{what}: {violations:#?}");
    Ok(())
}
