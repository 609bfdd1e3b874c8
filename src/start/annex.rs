//! The first start: the 25 communities of the notice's annex (东府办〔2012〕65号, 附件), each with its center, and the
//! default catalogs.

use serde::Deserialize;

use crate::centers::{self, Founding};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::people::groups::{self, AgeBands};
use crate::store::{self, Db};
use crate::{catalogs, holidays};

#[derive(Deserialize)]
struct Community {
    no: i64,
    town: String,
    community: String,
    area_km2: f64,
    registered_population: i64,
    migrant_population: i64,
    planned_floor_area_m2: i64,
}

impl From<Community> for Founding {
    #[expect(clippy::cast_possible_truncation, reason = "a community's area in m² is far below 2^52")]
    fn from(community: Community) -> Self {
        Self {
            number: community.no,
            town: community.town,
            community: community.community,
            area_m2: (community.area_km2 * 1_000_000.0).round() as i64,
            registered: community.registered_population,
            second: community.migrant_population,
            planned_area_m2: community.planned_floor_area_m2,
        }
    }
}

/// Fills an empty database; does nothing to one that holds communities. Two processes that start at once do it once.
pub async fn load(db: &Db, now: Now) -> Result<()> {
    let mut tx = db.begin_alone().await?;
    let there: i64 = sqlx::query_scalar("select count(*) from communities").fetch_one(&mut *tx).await?;
    if there > 0 {
        return Ok(());
    }
    let instance = uuid::Uuid::new_v4().to_string();
    store::keep(&mut tx, "instance", &instance).await?;
    groups::set_age_bands(&mut tx, Date::FIRST, AgeBands::default()).await?;
    catalogs::load_defaults(&mut tx).await?;
    holidays::load_statutory(&mut tx).await?;
    for community in csv::Reader::from_reader(include_bytes!("communities.csv").as_slice()).deserialize() {
        let community: Community = community.map_err(Error::internal)?;
        centers::found(&mut tx, now, &community.into()).await?;
    }
    Ok(tx.commit().await?)
}
