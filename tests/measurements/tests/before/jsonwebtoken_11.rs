//! A service that verifies session tokens with `jsonwebtoken` and a JWKS that it fetches by itself.

// code: before-jsonwebtoken
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};

#[derive(serde::Deserialize)]
struct Claims {
    sub: String,
    azp: Option<String>,
    org_id: Option<String>,
}

struct Keys(JwkSet);

impl Keys {
    /// At the start of the program.
    async fn load(frontend_api: &str) -> Result<Self, reqwest::Error> {
        let url = format!("https://{frontend_api}/.well-known/jwks.json");
        Ok(Self(reqwest::get(url).await?.error_for_status()?.json().await?))
    }

    fn verify(&self, token: &str) -> Result<Claims, Box<dyn std::error::Error>> {
        let kid = decode_header(token)?.kid.ok_or("no kid")?;
        let key = DecodingKey::from_jwk(self.0.find(&kid).ok_or("unknown key")?)?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_nbf = true;
        validation.set_issuer(&["https://clerk.example.com"]);
        let claims = decode::<Claims>(token, &key, &validation)?.claims;
        if claims.azp.as_deref() != Some("https://app.example.com") {
            return Err("made for another origin".into());
        }
        Ok(claims)
    }
}
// end

// code: before-extractor
use axum::extract::{FromRef, FromRequestParts};
use axum::http::{StatusCode, header::AUTHORIZATION, request::Parts};
use std::sync::Arc;

struct User(Claims);

impl<S: Sync> FromRequestParts<S> for User
where
    Arc<Keys>: FromRef<S>,
{
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, StatusCode> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)?;
        let claims = Arc::<Keys>::from_ref(state).verify(token).map_err(|_| StatusCode::UNAUTHORIZED)?;
        Ok(Self(claims))
    }
}

async fn me(User(claims): User) -> String {
    claims.sub
}
// end
