//! The OpenAPI description, gathered from the handlers' own annotations.

use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(title = "Linli API", description = "Bearer tokens are made by `linli token add`. Instants are RFC 3339 in UTC, dates are ISO local dates."),
    paths(
        crate::centers::api::list,
        crate::centers::api::show,
        crate::rooms::api::list,
        crate::rooms::api::create,
        crate::check_in::api::list,
        crate::check_in::api::check_in,
        crate::check_in::api::batch,
        crate::check_in::api::count_heads,
        crate::people::api::list,
        crate::people::api::show,
        crate::people::api::create,
        crate::teams::api::list,
        crate::teams::api::create,
        crate::teams::api::add_member,
        crate::activities::api::activities,
        crate::activities::api::create,
        crate::activities::api::sessions,
        crate::activities::api::session,
        crate::activities::api::cancel,
        crate::reports::api::summary,
    ),
    components(schemas(super::Problem)),
    modifiers(&Bearer),
    security(("bearer" = []))
)]
struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let components = description.components.get_or_insert_with(Default::default);
        components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

pub(super) fn description() -> String {
    Description::openapi().to_json().unwrap_or_default()
}
