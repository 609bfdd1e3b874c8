//! The two languages. Chinese first, English beside it; `locales/<feature>.yml` holds both texts of a key together.

use rocket::http::CookieJar;
use rocket::request::{FromRequest, Outcome, Request};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    #[default]
    Zh,
    En,
}

impl Lang {
    pub const COOKIE: &'static str = "lang";

    /// The tag for `lang=` and for the catalogs.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    pub fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }

    pub fn parse(tag: &str) -> Option<Self> {
        match tag {
            "zh-CN" => Some(Self::Zh),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// Chosen once, else what the browser prefers, else Chinese.
    pub fn of(request: &Request<'_>) -> Self {
        chosen(request.cookies()).unwrap_or_else(|| {
            let prefers = request.headers().get_one("Accept-Language").unwrap_or_default();
            if prefers.trim_start().starts_with("en") { Self::En } else { Self::Zh }
        })
    }

    /// The text of `key` in this language.
    pub fn text(self, key: &str) -> String {
        rust_i18n::t!(key, locale = self.tag()).into_owned()
    }

    /// The text of `key` with each `%{name}` filled in.
    pub fn with<'a>(self, key: &str, args: impl IntoIterator<Item = (&'a str, String)>) -> String {
        args.into_iter().fold(self.text(key), |text, (name, value)| text.replace(&format!("%{{{name}}}"), &value))
    }

    /// The name that fits this language: catalogs keep both.
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// What is put into words for each reader.
pub trait Worded {
    fn told(&self, lang: Lang) -> String;
}

impl<T: Worded> Worded for &T {
    fn told(&self, lang: Lang) -> String {
        (**self).told(lang)
    }
}

/// What has a name in each language, or one for each reader.
pub trait Named {
    fn in_lang(&self, lang: Lang) -> &str;
}

impl<T: Named + ?Sized> Named for &T {
    fn in_lang(&self, lang: Lang) -> &str {
        (**self).in_lang(lang)
    }
}

fn chosen(cookies: &CookieJar<'_>) -> Option<Lang> {
    cookies.get(Lang::COOKIE).and_then(|cookie| Lang::parse(cookie.value()))
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Lang {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        Outcome::Success(Self::of(request))
    }
}
