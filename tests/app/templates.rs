//! Templates are read by people too: an element a line, and lines that stand beside one another on a screen.

use std::fs;
use std::path::Path;

use super::locales::files;

/// Characters, not bytes: a Chinese word is as wide as its two characters, not six.
const LONGEST: usize = 160;

/// What begins a box of its own in a page. Words' own elements (`a`, `b`, `span`, `small`, `time`, …) may share a line.
const BLOCKS: &str = "address article aside body button dd details dialog div dl dt fieldset figcaption figure footer form \
    h1 h2 h3 h4 h5 h6 head header hr label legend li main nav ol optgroup option p section select summary table tbody td \
    template textarea tfoot th thead tr ul";

fn blocks(line: &str) -> usize {
    let name =
        |tag: &str| tag.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default().to_owned();
    line.split('<').skip(1).filter(|tag| BLOCKS.split(' ').any(|block| block == name(tag))).count()
}

#[test]
fn a_line_of_a_template_is_short_and_begins_one_block() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut faults = Vec::new();
    for path in files("templates", &["html"]) {
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in (1..).zip(text.lines()) {
            let place = format!("{}:{number}", path.strip_prefix(root).unwrap_or(&path).display());
            let (long, begun) = (line.chars().count(), blocks(line));
            if long > LONGEST {
                faults.push(format!("{place} has {long} characters; {LONGEST} are enough"));
            }
            if begun > 1 {
                faults.push(format!("{place} begins {begun} blocks; each has its own line"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn blocks_are_counted_where_they_begin() {
    assert_eq!(blocks(r#"<li><a href="/">{{ "home"|t }}</a></li>"#), 1);
    assert_eq!(blocks("<div><p>{{ text }}</p></div>"), 2);
    assert_eq!(blocks("{% if there < asked %}<br><path d=\"M0 0\"/>{% endif %}</ul>"), 0);
}

/// The rules of a sheet of styles in which something is laid out: what stands between innermost braces, and before them.
fn rules(css: &str) -> impl Iterator<Item = (&str, &str)> {
    css.split('}').filter_map(|rule| {
        let (before, laid) = rule.rsplit_once('{')?;
        Some((before.rsplit(['{', ';', '/']).next().unwrap_or(before).trim(), laid))
    })
}

/// What only a screen reader reads is put there absolutely: where what scrolls does not hold it, it makes the whole page as wide.
#[test]
fn what_scrolls_holds_what_is_hidden_in_it() {
    let mut faults = Vec::new();
    for path in files("src/web/assets/css", &["css"]) {
        let css = fs::read_to_string(&path).unwrap();
        let scrolls = |laid: &str| laid.contains("overflow-x: auto") || laid.contains("overflow: auto");
        faults.extend(
            rules(&css).filter(|(_, laid)| scrolls(laid) && !laid.contains("position:")).map(|(of, _)| of.to_owned()),
        );
    }
    assert!(faults.is_empty(), "these need a position: {faults:#?}");
    let found: Vec<_> = rules("@media print { .a { color: red; } .b { overflow: auto } }").map(|(of, _)| of).collect();
    assert_eq!(found, [".a", ".b"]);
}
