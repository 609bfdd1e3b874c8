//! Many rows as one parameter.

use serde_json::{Map, Value};

/// Rows for `json_each(cast($n as json_text))` (migration 0007): their number is the key.
pub(crate) fn rows<T>(items: impl IntoIterator<Item = T>, row: impl Fn(T) -> Value) -> String {
    let rows: Map<String, Value> = items.into_iter().enumerate().map(|(n, item)| (n.to_string(), row(item))).collect();
    Value::Object(rows).to_string()
}
