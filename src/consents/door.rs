//! The words before whoever gives a name at the door. Asked for with every page there, so a process remembers them.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::queries;
use super::types::Purpose;
use crate::clock::{Now, Timestamp, Zone};
use crate::error::Result;
use crate::store::Db;
use crate::web::Lang;

/// So long it does not ask again: words that another process publishes, or that hold from a new day on, are before people then.
const FRESH: Duration = Duration::from_secs(60);

/// The door's words, with their version.
#[derive(Debug)]
pub struct DoorText {
    pub version: i64,
    wording: String,
    wording_en: String,
}

impl DoorText {
    pub fn pick(&self, lang: Lang) -> &str {
        lang.pick(&self.wording, &self.wording_en)
    }
}

impl crate::web::text::Named for DoorText {
    fn in_lang(&self, lang: Lang) -> &str {
        self.pick(lang)
    }
}

/// What this process remembers of them, and since when.
#[derive(Default)]
pub struct DoorTexts(RwLock<Option<(Timestamp, Option<Arc<DoorText>>)>>);

impl DoorTexts {
    /// The words of today; none where there are none.
    ///
    /// # Errors
    /// As the database says.
    pub async fn current(&self, db: &Db, now: Now) -> Result<Option<Arc<DoorText>>> {
        if let Some((read_at, text)) = &*self.0.read().unwrap_or_else(PoisonError::into_inner)
            && *read_at <= now.0
            && now.0 < read_at.plus(FRESH)
        {
            return Ok(text.clone());
        }
        let texts = queries::texts_on(&mut *db.read().await?, Zone::SHANGHAI.date(now.0)).await?;
        let text = texts.into_iter().find(|text| text.purpose == Purpose::Door).map(|text| {
            Arc::new(DoorText { version: text.version, wording: text.wording, wording_en: text.wording_en })
        });
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some((now.0, text.clone()));
        Ok(text)
    }

    /// They are others now.
    pub fn forget(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
