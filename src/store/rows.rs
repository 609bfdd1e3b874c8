//! Many rows in one statement: as one JSON parameter, or, where it must be fast, as a parameter for each value.

use serde_json::{Map, Value};

use super::Conn;

/// Rows for `json_each(cast($n as json_text))` (migration 0007): their number is the key.
pub(crate) fn rows<T>(items: impl IntoIterator<Item = T>, row: impl Fn(T) -> Value) -> String {
    let rows: Map<String, Value> = items.into_iter().enumerate().map(|(n, item)| (n.to_string(), row(item))).collect();
    Value::Object(rows).to_string()
}

/// How many rows a statement is made for. Few enough that a connection keeps all of them prepared, and close enough
/// together that not many places stay empty.
const SIZES: [usize; 10] = [1, 2, 4, 8, 12, 16, 24, 32, 48, 64];

/// Some rows for one statement of `size` rows.
pub(crate) struct Run<'a, T> {
    pub size: usize,
    rows: &'a [T],
}

impl<'a, T> Run<'a, T> {
    /// A row for each place; none for those that stay empty. Bind nulls there, and let the statement leave them out:
    /// `select * from (values …) v where column1 is not null`.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Option<&'a T>> {
        let rows = self.rows;
        (0..self.size).map(move |place| rows.get(place))
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.rows.len()
    }
}

/// Cuts rows into runs for statements, as few as possible: each is a walk to another thread or another machine.
pub(crate) fn runs<T>(rows: &[T]) -> impl Iterator<Item = Run<'_, T>> {
    rows.chunks(SIZES[SIZES.len() - 1])
        .map(|rows| Run { size: SIZES.into_iter().find(|size| *size >= rows.len()).unwrap_or(rows.len()), rows })
}

/// The places of so many rows' values, the statement's only ones: `($1, $2), ($3, $4)`, and on SQLite `(?, ?), (?, ?)`. It
/// would understand the numbers, but the driver asks for each place's name, which SQLite looks up among all the others:
/// with a thousand of them that took as long as the rest of the statement.
pub(crate) fn places(conn: &Conn, rows: usize, columns: usize) -> String {
    written(super::writes_alone(conn), rows, columns)
}

/// A place after those, for what all rows share: the `n`th of the statement, counting from 1, and the last in its text.
pub(crate) fn place(conn: &Conn, n: usize) -> String {
    if super::writes_alone(conn) { "?".to_owned() } else { format!("${n}") }
}

fn written(nameless: bool, rows: usize, columns: usize) -> String {
    let mut text = String::with_capacity(rows * columns * 6);
    for place in 0..rows * columns {
        text.push_str(match (place, place % columns) {
            (0, _) => "(",
            (_, 0) => "), (",
            _ => ", ",
        });
        if nameless {
            text.push('?');
        } else {
            text.push('$');
            text.push_str(&(place + 1).to_string());
        }
    }
    text.push(')');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_lose_nothing_and_have_few_sizes() {
        let rows: Vec<usize> = (0..300).collect();
        for count in 0..300 {
            let cut: Vec<Run<'_, usize>> = runs(&rows[..count]).collect();
            let all: Vec<usize> = cut.iter().flat_map(Run::rows).flatten().copied().collect();
            assert_eq!(all, rows[..count]);
            assert!(cut.iter().all(|run| SIZES.contains(&run.size) && run.count() <= run.size));
        }
    }

    #[test]
    fn places_count_through() {
        assert_eq!(written(false, 2, 2), "($1, $2), ($3, $4)");
        assert_eq!(written(true, 2, 2), "(?, ?), (?, ?)");
    }
}
