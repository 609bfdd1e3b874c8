//! What stands on a certificate, frozen when it is issued: canonical JSON (RFC 8785: keys in order, nothing between, integers only), sealed,
//! with its SHA-256. The random text of the QR is part of it, so that the hash tells nobody what is hashed.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::clock::Date;
use crate::error::{Error, Result};
use crate::people::IdNumber;
use crate::store::{Sealed, Sealer};

/// The number of the present shape.
pub const SCHEMA: i64 = 1;

/// A line of the table of services. The fields stand in the order of their names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperService {
    pub day: Date,
    /// What kind of service it is, where it was a session's.
    pub kind: Option<String>,
    pub kind_en: Option<String>,
    pub minutes: i64,
    pub place: String,
    /// None where only the kind may be told.
    pub what: Option<String>,
}

impl PaperService {
    /// As it is called in Chinese.
    pub fn called(&self) -> &str {
        self.what.as_deref().or(self.kind.as_deref()).unwrap_or_default()
    }

    /// As it is called in English, where there is an English word for it.
    pub fn called_en(&self) -> &str {
        self.what.as_deref().or(self.kind_en.as_deref()).unwrap_or_default()
    }
}

/// The whole paper. The fields stand in the order of their names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    pub contact: String,
    pub from: Date,
    pub handled_by: String,
    pub id_number: Option<String>,
    pub in_charge: String,
    pub issued_on: Date,
    pub minutes: i64,
    pub name: String,
    pub number: String,
    pub provider: Option<String>,
    /// The number of the revoked one in whose place it stands.
    pub replaces: Option<String>,
    pub schema: i64,
    pub services: Vec<PaperService>,
    pub to: Date,
    /// What the QR leads to.
    pub token: String,
    pub unit: String,
    pub volunteer_number: String,
}

impl Paper {
    fn canonical(&self) -> Result<String> {
        serde_json::to_string(self).map_err(Error::internal)
    }

    /// Sealed, and its hash.
    ///
    /// # Errors
    /// `Internal`, which does not happen: all of it is text and whole numbers.
    pub fn freeze(&self, sealer: &Sealer) -> Result<(Sealed, String)> {
        let text = self.canonical()?;
        Ok((sealer.seal(&text), hashed(&text)))
    }

    /// # Errors
    /// `Internal` for what does not open, or has another hash.
    pub fn open(sealed: &Sealed, sha256: &str, sealer: &Sealer) -> Result<Self> {
        let text = sealer.open(sealed).ok_or_else(|| Error::internal("a certificate does not open"))?;
        if hashed(&text) != sha256 {
            return Err(Error::internal("a certificate is not what was issued"));
        }
        serde_json::from_str(&text).map_err(Error::internal)
    }

    /// The ID number as the public page shows it.
    pub fn masked_id_number(&self) -> Option<String> {
        Some(IdNumber::parse(self.id_number.as_deref()?).ok()?.masked())
    }
}

fn hashed(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::*;

    fn paper() -> Paper {
        let day = |text| Date::parse(text).unwrap();
        Paper {
            contact: "0769-22101001".into(),
            from: day("2026-01-01"),
            handled_by: "陈静雯".into(),
            id_number: Some("11010519491231002X".into()),
            in_charge: "何伟明".into(),
            issued_on: day("2026-03-05"),
            minutes: 120,
            name: "梁“惠”芳".into(),
            number: "志证〔2026〕1-0001号".into(),
            provider: None,
            replaces: None,
            schema: SCHEMA,
            services: vec![PaperService {
                day: day("2026-03-03"),
                kind: Some("社区活动".into()),
                kind_en: Some("Community activity".into()),
                minutes: 120,
                place: "书画室".into(),
                what: None,
            }],
            to: day("2026-03-05"),
            token: "0".repeat(26),
            unit: "罗沙".into(),
            volunteer_number: "0000025".into(),
        }
    }

    /// The same with the keys of every object in order.
    fn ordered(value: &Value) -> String {
        match value {
            Value::Object(map) => {
                let parts: BTreeMap<&String, String> = map.iter().map(|(key, value)| (key, ordered(value))).collect();
                let parts: Vec<String> = parts.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                format!("{{{}}}", parts.join(","))
            }
            Value::Array(list) => format!("[{}]", list.iter().map(ordered).collect::<Vec<_>>().join(",")),
            other => other.to_string(),
        }
    }

    #[test]
    fn what_is_frozen_is_canonical_and_opens_as_it_was() {
        let text = paper().canonical().unwrap();
        assert_eq!(ordered(&serde_json::from_str(&text).unwrap()), text);
        let sealer = Sealer::new(&[7; 32]);
        let (sealed, sha256) = paper().freeze(&sealer).unwrap();
        assert_eq!(Paper::open(&sealed, &sha256, &sealer).unwrap(), paper());
        let altered = Paper { minutes: 121, ..paper() }.freeze(&sealer).unwrap().0;
        assert!(Paper::open(&altered, &sha256, &sealer).is_err(), "another paper under the same hash");
    }

    #[test]
    fn the_public_reads_a_masked_number_and_the_kind_where_the_title_is_not_told() {
        assert!(!paper().masked_id_number().unwrap().contains("19491231"));
        assert_eq!((paper().services[0].called(), paper().services[0].called_en()), ("社区活动", "Community activity"));
    }
}
