//! What stands above the list of centers, where a day begins for whoever has several: features above lend a line each, for this page
//! stands below them all.

use std::sync::RwLock;

use rocket::futures::future::BoxFuture;
use rocket::{Build, Rocket};

use crate::auth::Viewer;
use crate::clock::Now;
use crate::error::Result;
use crate::store::Conn;
use crate::web::Lang;

/// Something to see to: a sentence, and where it is seen to.
#[derive(Clone, Debug)]
pub struct FrontNote {
    pub text: String,
    pub href: String,
    pub link: String,
}

/// What a feature has to say to a viewer.
pub type FrontNotes<'a> = BoxFuture<'a, Result<Vec<FrontNote>>>;

/// How a feature says it.
pub type FrontWriter = for<'a> fn(&'a Viewer, &'a mut Conn, Now, Lang) -> FrontNotes<'a>;

/// The features that say something.
pub(super) struct AboveTheList(RwLock<Vec<FrontWriter>>);

impl AboveTheList {
    pub(super) async fn notes(&self, by: &Viewer, conn: &mut Conn, now: Now, lang: Lang) -> Result<Vec<FrontNote>> {
        let writers = self.0.read().map(|writers| writers.clone()).unwrap_or_default();
        let mut notes = Vec::new();
        for write in writers {
            notes.extend(write(by, conn, now, lang).await?);
        }
        Ok(notes)
    }
}

/// With what a feature says above the list, from its stage.
pub fn above_the_list(rocket: Rocket<Build>, writer: FrontWriter) -> Rocket<Build> {
    match rocket.state::<AboveTheList>() {
        Some(known) => {
            if let Ok(mut writers) = known.0.write() {
                writers.push(writer);
            }
            rocket
        }
        None => rocket.manage(AboveTheList(RwLock::new(vec![writer]))),
    }
}
