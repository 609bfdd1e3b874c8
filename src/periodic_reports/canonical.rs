//! JSON in its one canonical form (RFC 8785, JCS), so that the same content is the same text and has the same SHA-256: no white space,
//! members sorted by the UTF-16 code units of their names, the shortest escapes. Of numbers there are whole ones alone, which every
//! reader of JSON takes alike (up to 2^53 - 1, RFC 7493 section 2.2).

use std::fmt::Write as _;

use data_encoding::HEXLOWER;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The greatest whole number that a double holds exactly together with all below it.
const GREATEST: i64 = (1 << 53) - 1;

/// Why something has no canonical form here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoWholeNumber(pub String);

impl std::fmt::Display for NoWholeNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is no whole number up to 2^53 - 1", self.0)
    }
}

/// The canonical text of a value.
///
/// # Errors
/// For a number that is not whole, or greater than 2^53 - 1 on either side.
pub fn canonical(value: &Value) -> Result<String, NoWholeNumber> {
    let mut text = String::new();
    write(value, &mut text)?;
    Ok(text)
}

/// SHA-256 of a text, in small hexadecimal digits.
pub fn sha256(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text))
}

fn write(value: &Value, text: &mut String) -> Result<(), NoWholeNumber> {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) => {
            let whole = number.as_i64().filter(|whole| (-GREATEST..=GREATEST).contains(whole));
            text.push_str(&whole.ok_or_else(|| NoWholeNumber(number.to_string()))?.to_string());
        }
        Value::String(words) => write_words(words, text),
        Value::Array(values) => {
            text.push('[');
            for (place, value) in values.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write(value, text)?;
            }
            text.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<(Vec<u16>, &String, &Value)> =
                members.iter().map(|(name, value)| (name.encode_utf16().collect(), name, value)).collect();
            sorted.sort_by(|one, other| one.0.cmp(&other.0));
            text.push('{');
            for (place, (_, name, value)) in sorted.into_iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write_words(name, text);
                text.push(':');
                write(value, text)?;
            }
            text.push('}');
        }
    }
    Ok(())
}

/// RFC 8785 section 3.2.2.2: what must be escaped is, as short as can be; all else stands as it is.
fn write_words(words: &str, text: &mut String) {
    text.push('"');
    for c in words.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\u{8}' => text.push_str("\\b"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\u{c}' => text.push_str("\\f"),
            '\r' => text.push_str("\\r"),
            c if c < ' ' => {
                // Into a string: nothing can fail.
                _ = write!(text, "\\u{:04x}", u32::from(c));
            }
            c => text.push(c),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn of(value: &Value) -> String {
        canonical(value).unwrap()
    }

    #[test]
    fn members_are_sorted_by_utf_16_code_units() {
        // RFC 8785 section 3.2.3: the smiling face is two surrogates from U+D83D on, and so before U+FB33.
        let value = json!({
            "\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7
        });
        assert_eq!(
            of(&value),
            "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}"
        );
    }

    #[test]
    fn what_must_be_escaped_is_and_nothing_else() {
        // RFC 8785 section 3.2.2, the member "string".
        let words = "\u{20ac}$\u{f}\nA'B\"\\\\\"/";
        assert_eq!(of(&json!(words)), "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"");
        assert_eq!(of(&json!("\u{8}\t\u{c}\r\u{1f}\u{7f}\u{2028}")), "\"\\b\\t\\f\\r\\u001f\u{7f}\u{2028}\"");
    }

    #[test]
    fn there_is_no_white_space_and_lists_keep_their_order() {
        assert_eq!(
            of(&json!({"b": [3, 1, {"z": null, "a": true}], "a": {"y": false}})),
            r#"{"a":{"y":false},"b":[3,1,{"a":true,"z":null}]}"#
        );
    }

    #[test]
    fn numbers_are_whole() {
        assert_eq!(of(&json!([0, -1, GREATEST, -GREATEST])), "[0,-1,9007199254740991,-9007199254740991]");
        for wrong in [json!(1.5), json!(GREATEST + 1), json!(-GREATEST - 1), json!(u64::MAX)] {
            assert!(canonical(&wrong).is_err(), "{wrong}");
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-GREATEST..=GREATEST).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn read_again_it_is_the_same(value in values()) {
            let text = of(&value);
            let again: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(of(&again), text);
            prop_assert_eq!(again, value);
        }
    }
}
