//! axe-core in the browser: what a machine can tell of WCAG 2.2 AA. It comes from npm, outside the repository; its
//! `axe.min.js` is named by `LINLI_AXE` (see `.ci/run`).

use std::sync::OnceLock;

use super::browser::Browser;
use super::process::skip;

fn source() -> Option<&'static str> {
    static SOURCE: OnceLock<Option<String>> = OnceLock::new();
    let read = || match std::env::var_os("LINLI_AXE") {
        Some(path) => Some(std::fs::read_to_string(path).expect("LINLI_AXE names axe.min.js")),
        None => skip("axe-core not found (LINLI_AXE); every check of accessibility", "axe-core (npm)"),
    };
    SOURCE.get_or_init(read).as_deref()
}

const RUN: &str = "
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];
    return axe.run(document, { runOnly: tags, resultTypes: ['violations'] }).then(({ violations }) =>
        violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`)));";

impl Browser {
    /// The page violates nothing of WCAG 2.2 AA that axe-core knows of.
    pub(crate) async fn is_accessible(&self, state: &str) {
        let Some(source) = source() else { return };
        let found = self.execute(&format!("{source};{RUN}"), vec![]).await;
        let violations = found.as_array().unwrap_or_else(|| panic!("{state}: axe-core said {found}"));
        assert!(violations.is_empty(), "{state}: {violations:#?}");
    }
}
