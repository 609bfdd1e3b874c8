//! What somebody is told of themselves (个人信息保护法 art. 45): every feature gives what it keeps of a person as tables, and whoever hands
//! it out (`exports`) makes one file of all of them, for people to read and for programs.
//!
//! A head is the key of a text; its last word is what programs call it.

use crate::clock::{Date, Timestamp};

/// A value, before it is in anybody's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToldValue {
    Nothing,
    Text(String),
    /// The key of a text; to programs its last word.
    Word(String),
    /// What is kept in Chinese and in English.
    Named(String, String),
    Day(Date),
    At(Timestamp),
    Number(i64),
    Truth(bool),
}

impl ToldValue {
    pub fn text(value: Option<impl Into<String>>) -> Self {
        value.map_or(Self::Nothing, |text| Self::Text(text.into()))
    }

    pub fn word(key: Option<&str>) -> Self {
        key.map_or(Self::Nothing, |key| Self::Word(key.to_owned()))
    }

    pub fn day(value: Option<Date>) -> Self {
        value.map_or(Self::Nothing, Self::Day)
    }

    pub fn at(value: Option<Timestamp>) -> Self {
        value.map_or(Self::Nothing, Self::At)
    }
}

/// What one feature keeps of a person.
#[derive(Clone, Debug)]
pub struct ToldPart {
    /// The key of its name.
    pub key: &'static str,
    pub heads: Vec<&'static str>,
    pub rows: Vec<Vec<ToldValue>>,
}

impl ToldPart {
    /// A part of rows, each with a value for each head.
    pub fn new<const N: usize>(
        key: &'static str,
        heads: [&'static str; N],
        rows: impl IntoIterator<Item = [ToldValue; N]>,
    ) -> Self {
        Self { key, heads: heads.to_vec(), rows: rows.into_iter().map(Vec::from).collect() }
    }
}

/// The last word of a text's key.
pub fn last_word(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}
