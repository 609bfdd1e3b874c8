//! Column types that both engines and `sqlx::Any` share: newtypes over bigint for keys, over text for the rest.

/// A typed key: a newtype over bigint that cannot be confused with another table's, in paths, forms and queries.
macro_rules! id_type {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type, serde::Serialize, serde::Deserialize)]
        #[sqlx(transparent)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl<'a> rocket::request::FromParam<'a> for $name {
            type Error = std::num::ParseIntError;

            fn from_param(param: &'a str) -> Result<Self, Self::Error> {
                param.parse()
            }
        }

        impl rocket::http::uri::fmt::UriDisplay<rocket::http::uri::fmt::Path> for $name {
            fn fmt(
                &self,
                f: &mut rocket::http::uri::fmt::Formatter<'_, rocket::http::uri::fmt::Path>,
            ) -> std::fmt::Result {
                f.write_value(self.0)
            }
        }

        rocket::http::impl_from_uri_param_identity!([rocket::http::uri::fmt::Path] $name);

        #[rocket::async_trait]
        impl<'r> rocket::form::FromFormField<'r> for $name {
            fn from_value(field: rocket::form::ValueField<'r>) -> rocket::form::Result<'r, Self> {
                Ok(field.value.parse::<Self>()?)
            }
        }
    };
}

/// Lets a type that displays and parses itself live in a text column.
macro_rules! text_column {
    ($name:ty) => {
        impl sqlx::Type<sqlx::Any> for $name {
            fn type_info() -> sqlx::any::AnyTypeInfo {
                <String as sqlx::Type<sqlx::Any>>::type_info()
            }
        }

        impl<'q> sqlx::Encode<'q, sqlx::Any> for $name {
            fn encode_by_ref(
                &self,
                buffer: &mut <sqlx::Any as sqlx::Database>::ArgumentBuffer,
            ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                <String as sqlx::Encode<'q, sqlx::Any>>::encode(self.to_string(), buffer)
            }
        }

        impl<'r> sqlx::Decode<'r, sqlx::Any> for $name {
            fn decode(value: sqlx::any::AnyValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
                let text = <&str as sqlx::Decode<'r, sqlx::Any>>::decode(value)?;
                Ok(text.parse::<$name>()?)
            }
        }
    };
}

/// A closed set of words: an enum that is stored, sent and addressed by its code, and shown by its text key.
macro_rules! text_enum {
    ($(#[$meta:meta])* $name:ident in $scope:literal { $($(#[$doc:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $code)] $variant),+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as stored and as the API says it.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The key of the text that people read.
            pub fn key(self) -> &'static str {
                match self { $(Self::$variant => concat!($scope, ".", $code)),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($code => Ok(Self::$variant),)+
                    other => Err(format!(concat!("no ", stringify!($name), " is called {:?}"), other)),
                }
            }
        }

        crate::store::text_column!($name);
    };
}

/// Yes or no in a bigint column, for no type of truth is common to both engines and `sqlx::Any`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct Flag(i64);

impl Flag {
    pub fn is_set(self) -> bool {
        self.0 != 0
    }
}

impl From<bool> for Flag {
    fn from(set: bool) -> Self {
        Self(i64::from(set))
    }
}

pub(crate) use {id_type, text_column, text_enum};
