//! The first start: the 25 communities of the notice's annex (东府办〔2012〕65号, 附件), each with its center, and the
//! default catalogs. The notice prints no list of room kinds (the standard was issued apart), so ours is a proposal
//! that the administrator edits; the eleven team kinds are the notice's own (section 四, 5).

use serde::Deserialize;

use crate::clock::{Now, Zone};
use crate::error::{Error, Result};
use crate::holidays;
use crate::people::groups::{self, AgeBands};
use crate::store::{Conn, Db};

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

/// code, class, Chinese, English
const ROOM_KINDS: &[(&str, &str, &str, &str)] = &[
    ("reception", "required", "服务大厅", "Reception hall"),
    ("multi_purpose", "required", "多功能活动室", "Multi-purpose room"),
    ("reading", "required", "图书阅览室", "Reading room"),
    ("elderly", "required", "老年人活动室", "Room for older people"),
    ("children", "required", "儿童之家", "Children's room"),
    ("casework", "required", "个案工作室", "Casework room"),
    ("group_work", "required", "小组工作室", "Group work room"),
    ("volunteers", "required", "志愿者之家", "Volunteers' room"),
    ("rehabilitation", "optional", "康复训练室", "Rehabilitation room"),
    ("day_care", "optional", "长者日间照料室", "Day care room"),
    ("computer", "optional", "电子阅览室", "Computer room"),
    ("dance", "optional", "舞蹈室", "Dance room"),
    ("music", "optional", "音乐室", "Music room"),
    ("calligraphy", "optional", "书画室", "Calligraphy room"),
    ("fitness", "optional", "健身室", "Fitness room"),
    ("counselling", "optional", "心理咨询室", "Counselling room"),
    ("legal_aid", "optional", "法律援助室", "Legal aid room"),
    ("training", "optional", "培训室", "Training room"),
    ("own", "own", "特色功能室", "Own kind of room"),
];

/// code, Chinese, English, 1 if the work needs a qualification (志愿服务条例 art. 16)
const TEAM_KINDS: &[(&str, &str, &str, i64)] = &[
    ("elderly_care", "敬老", "Elderly care", 0),
    ("child_care", "爱幼", "Child care", 0),
    ("disabled_aid", "助残", "Disabled aid", 0),
    ("needy_aid", "帮困", "Help for the needy", 0),
    ("environment", "环保", "Environment", 0),
    ("culture", "文化", "Culture", 0),
    ("sports", "体育", "Sports", 0),
    ("science", "科普", "Popular science", 0),
    ("medical", "医疗卫生", "Medical and health", 1),
    ("legal", "法律咨询与援助", "Legal advice and aid", 1),
    ("psychological", "心理咨询与辅导", "Psychological counselling", 1),
];

/// code, Chinese, English, whether it is confidential
const SERVICE_KINDS: &[(&str, &str, &str, i64)] = &[
    ("case_work", "个案", "Case work", 1),
    ("group_work", "小组", "Group work", 0),
    ("community_activity", "社区活动", "Community activity", 0),
];

/// Fills an empty database; does nothing to one that holds communities. Two processes that start at once do it once.
pub async fn load(db: &Db, now: Now) -> Result<()> {
    let mut tx = db.begin_alone().await?;
    let there: i64 = sqlx::query_scalar("select count(*) from communities").fetch_one(&mut *tx).await?;
    if there > 0 {
        return Ok(());
    }
    let instance = uuid::Uuid::new_v4().to_string();
    sqlx::query("insert into settings (key, value) values ('instance', $1)").bind(instance).execute(&mut *tx).await?;
    groups::set_age_bands(&mut tx, groups::ALWAYS, AgeBands::default()).await?;
    load_kinds(&mut tx).await?;
    holidays::load_statutory(&mut tx).await?;
    for community in csv::Reader::from_reader(include_bytes!("communities.csv").as_slice()).deserialize() {
        load_community(&mut tx, now, community.map_err(Error::internal)?).await?;
    }
    Ok(tx.commit().await?)
}

async fn load_kinds(tx: &mut Conn) -> Result<()> {
    for (code, class, name, name_en) in ROOM_KINDS {
        sqlx::query("insert into room_kinds (code, class, name, name_en) values ($1, $2, $3, $4)")
            .bind(*code)
            .bind(*class)
            .bind(*name)
            .bind(*name_en)
            .execute(&mut *tx)
            .await?;
    }
    for (code, name, name_en, needs_qualification) in TEAM_KINDS {
        sqlx::query("insert into team_kinds (code, name, name_en, needs_qualification) values ($1, $2, $3, $4)")
            .bind(*code)
            .bind(*name)
            .bind(*name_en)
            .bind(*needs_qualification)
            .execute(&mut *tx)
            .await?;
    }
    for (code, name, name_en, confidential) in SERVICE_KINDS {
        sqlx::query("insert into service_kinds (code, name, name_en, confidential) values ($1, $2, $3, $4)")
            .bind(*code)
            .bind(*name)
            .bind(*name_en)
            .bind(*confidential)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

#[allow(clippy::cast_possible_truncation)] // a community's area in m² is far below 2^52
async fn load_community(tx: &mut Conn, now: Now, community: Community) -> Result<()> {
    let id: i64 = sqlx::query_scalar(
        "insert into communities (number, town, name, area_m2, registered_population, migrant_population)
         values ($1, $2, $3, $4, $5, $6) returning id",
    )
    .bind(community.no)
    .bind(&community.town)
    .bind(&community.community)
    .bind((community.area_km2 * 1_000_000.0).round() as i64)
    .bind(community.registered_population)
    .bind(community.migrant_population)
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query(
        "insert into centers (community_id, name, zone, planned_area_m2, created_at) values ($1, $2, $3, $4, $5)",
    )
    .bind(id)
    .bind(format!("{}社区综合服务中心", community.community))
    .bind(Zone::SHANGHAI)
    .bind(community.planned_floor_area_m2)
    .bind(now.0)
    .execute(tx)
    .await?;
    Ok(())
}
