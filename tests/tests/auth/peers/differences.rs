//! Where the decisions differ, and why: each kind of difference with what its inputs have in common.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Outcome::{self, Reason, WeAccept, WeRefuse, WhoItIs};
use super::Sdk::{self, JavaScript, Python};
use super::inputs::Input;

/// One kind of difference.
pub struct Difference {
    /// What is decided otherwise here, as `docs/decisions.md` says it.
    pub what: &'static str,
    pub sdks: &'static [Sdk],
    pub outcome: Outcome,
    /// Whether an input is of that kind.
    pub is: Is,
}

type Is = fn(&Input) -> bool;

const fn refused(sdks: &'static [Sdk], what: &'static str, is: Is) -> Difference {
    Difference { what, sdks, outcome: WeRefuse, is }
}

const fn accepted(sdks: &'static [Sdk], what: &'static str, is: Is) -> Difference {
    Difference { what, sdks, outcome: WeAccept, is }
}

const fn read_so(sdks: &'static [Sdk], what: &'static str, is: Is) -> Difference {
    Difference { what, sdks, outcome: WhoItIs, is }
}

const fn reason(sdks: &'static [Sdk], what: &'static str, is: Is) -> Difference {
    Difference { what, sdks, outcome: Reason, is }
}

const JS: &[Sdk] = &[JavaScript];
const PY: &[Sdk] = &[Python];
const BOTH: &[Sdk] = &[JavaScript, Python];

pub const DIFFERENCES: &[Difference] = &[
    // What kind of token it is.
    refused(
        BOTH,
        "a token of a JWT template, of a machine or of an unknown category where another is wanted",
        |input| !input.is_template() && is_of_another_kind(input),
    ),
    refused(BOTH, NO_SESSION, |input| {
        let begins =
            |name: &str, prefix| input.claims[name].as_str().is_some_and(|id| id.starts_with(prefix));
        input.claims.is_object()
            && !input.is_template()
            && !input.is_machine_jwt()
            && matches!(input.category(), None | Some(ANY))
            && !(begins("sid", "sess_") && begins("sub", "user_"))
    }),
    read_so(BOTH, "claims of a JWT template name no session", Input::is_template),
    refused(BOTH, "a session token where one of a JWT template is wanted", |input| {
        input.is_template() && input.category() != Some("cl_B7d4PD222AAA")
    }),
    refused(PY, "a type (`typ`) other than `JWT`", |input| {
        input.header.get("typ").is_some_and(|typ| typ != "JWT") && !input.is_machine_jwt()
    }),
    accepted(JS, "`at+jwt` in any case", |input| {
        let typ = input.header["typ"].as_str().unwrap_or_default();
        typ != typ.to_lowercase() && typ.to_lowercase().ends_with("at+jwt")
    }),
    accepted(
        PY,
        "machine-to-machine and OAuth access tokens that are JWTs, whose `azp` is not looked at",
        |input| {
            input.is_machine_jwt()
                && (!input.accepts("session_token") || input.option("authorized_parties").is_array())
        },
    ),
    refused(
        JS,
        "a machine-to-machine token without an id (`jti`), an OAuth access token without a client",
        |input| input.is_machine_jwt() && !input.is_text(if is_m2m(input) { "jti" } else { "client_id" }),
    ),
    // How it is written.
    refused(JS, "extensions that must be understood (`crit`)", |input| input.header.get("crit").is_some()),
    refused(BOTH, "more than 16 KiB, or a header of more than 4 KiB", |input| {
        matches!(input.about.as_str(), "an oversized token" | "an oversized header")
    }),
    refused(
        BOTH,
        "what is not quite JSON or base64url, such as `NaN`, half a surrogate pair, padding, white space",
        |input| SLOPPY.contains(&input.about.as_str()) || input.about.starts_with("text "),
    ),
    accepted(BOTH, "RS384, RS512, ES256 and EdDSA, where the key is for them", |input| {
        matches!(input.header["alg"].as_str(), Some("RS384" | "RS512" | "ES256" | "EdDSA"))
    }),
    // What it says.
    refused(BOTH, "no subject (`sub`), or an empty one", |input| {
        !input.is_text("sub") && input.claims.is_object()
    }),
    refused(BOTH, "no expiry (`exp`); a date that is no number, or has more than 64 bits", |input| {
        let odd = |date: &Value| !date.is_i64() && date.as_f64().is_none_or(|date| date.abs() > 9.2e18);
        let dates = || DATES.iter().filter_map(|name| input.claims.get(name));
        input.claims.is_object() && (input.claims.get("exp").is_none() || dates().any(odd))
    }),
    refused(
        JS,
        "an `nbf` or `iat` in the future, an `exp` in the past, so far away that JavaScript has no date for it",
        |input| {
            let date = |name: &str| input.claims[name].as_f64().unwrap_or_default();
            date("nbf") > 8.64e12 || date("iat") > 8.64e12 || date("exp") < -8.64e12
        },
    ),
    refused(JS, "no audience (`aud`), or one that is not made of texts, where one is configured", |input| {
        let texts = match &input.claims["aud"] {
            Value::Array(all) => all.iter().all(Value::is_string) && all.iter().any(|one| one != ""),
            aud => aud.is_string() && aud != "",
        };
        input.option("audience").is_array() && input.claims.is_object() && !texts
    }),
    accepted(PY, "an audience (`aud`) where none is configured", |input| {
        input.option("audience").is_null() && input.claims.get("aud").is_some_and(|aud| !aud.is_null())
    }),
    refused(JS, "everything, where the list of parties or audiences is empty: that is an error", |input| {
        ["authorized_parties", "audience"].iter().any(|name| input.option(name) == &json!([]))
    }),
    refused(BOTH, "everything, where the only party, audience or issuer is an empty text", |input| {
        ["authorized_parties", "audience", "issuer"].iter().any(|name| input.option(name) == &json!([""]))
    }),
    refused(BOTH, "everything, where an authorized party is not an origin: that is an error", |input| {
        let parties = input.option("authorized_parties").as_array();
        parties.is_some_and(|parties| {
            parties.iter().filter_map(Value::as_str).any(|party| !party.is_empty() && !party.contains("://"))
        })
    }),
    accepted(PY, "a `kid`, `b64` or `jti` of a wrong type, which is not needed", |input| {
        ["kid", "b64"].iter().any(|name| input.header.get(name).is_some_and(|value| !value.is_string()))
            || input.claims.get("jti").is_some_and(|jti| !jti.is_string())
    }),
    refused(PY, "a pending session, unless it is accepted", |input| {
        input.claims["sts"] == "pending" && input.option("accept_pending") != true
    }),
    // Keys.
    refused(BOTH, "RSA keys of less than 2048 bits", |input| input.about.contains("weak key")),
    refused(
        BOTH,
        "a key of a JWKS that is not for this (`use`, `key_ops`, `alg`), or has no `kid`",
        |input| {
            let sets = ["sk_test_encryption", "sk_test_signing", "sk_test_rs512", "sk_test_no_kid"];
            sets.iter().any(|set| input.option("secret_key") == set)
        },
    ),
    accepted(BOTH, "a PEM key with `\\n` for its line breaks, or without its header lines", |input| {
        let odd = |pem: &str| pem.contains("\\n") || !pem.contains("BEGIN PUBLIC KEY");
        input.option("jwt_key").as_str().is_some_and(odd)
    }),
    // Opaque credentials.
    refused(
        BOTH,
        "an opaque credential that Clerk calls revoked, expired or inactive, or of nobody",
        |input| {
            let odd = [
                "revoked",
                "expired",
                "inactive",
                "inactivated",
                "no_subject",
                "empty_subject",
                "odd_subject",
                "empty",
                "array",
            ];
            input.opaque().is_some_and(|credential| {
                odd.iter().any(|name| credential.split_once('_').unwrap().1 == *name)
            })
        },
    ),
    refused(PY, "an opaque OAuth access token for another audience than is configured", |input| {
        input.opaque().is_some_and(|credential| credential.starts_with("oat_") && credential != "oat_for_api")
            && input.option("audience").is_array()
    }),
    refused(BOTH, "an opaque machine-to-machine token whose scopes name no configured audience", |input| {
        input.opaque().is_some_and(|credential| credential.starts_with("mt_"))
            && input.option("audience").is_array()
    }),
    accepted(PY, "an answer about a credential with another status than 200, such as 201", |input| {
        input.opaque().is_some_and(|credential| credential.ends_with("_created"))
    }),
    refused(PY, "a credential that begins with `m2m_`", |input| input.opaque() == Some("m2m_good")),
    refused(PY, "a credential of a machine in a cookie", |input| {
        input.opaque().is_some() && input.carries("cookie").is_some()
    }),
    // Where it is.
    accepted(BOTH, "`Bearer` in any case, with any number of spaces", |input| {
        input.carries("authorization").is_some_and(|value| {
            let words: Vec<&str> = value.split_whitespace().collect();
            let bearer = words.len() == 2
                && words[0].eq_ignore_ascii_case("bearer")
                && value != format!("Bearer {}", words[1]);
            bearer || (words.len() == 1 && value != words[0])
        })
    }),
    read_so(JS, "`Bearer` in any case, with any number of spaces", |input| {
        input
            .carries("authorization")
            .is_some_and(|value| value.to_lowercase().starts_with("bearer ") && !value.starts_with("Bearer "))
    }),
    accepted(
        BOTH,
        "a good cookie, where the `Authorization` header has another scheme or what is no token",
        |input| {
            input.carries("cookie").is_some()
                && input.carries("authorization").is_some_and(|value| {
                    let mut words = value.split(' ').filter(|word| !word.is_empty());
                    let (first, second) = (words.next().unwrap_or_default(), words.next());
                    !(first.eq_ignore_ascii_case("bearer") && second.is_some())
                        && (second.is_some() || first.split('.').count() != 3 || first.contains(['\t', '=']))
                })
        },
    ),
    refused(BOTH, "more than the token after `Bearer`", |input| {
        input.carries("authorization").is_some_and(|value| value.split_whitespace().count() == 3)
    }),
    refused(PY, COOKIES, |input| {
        input.has_cookies(&["__session=x; __", "__session=; __", OTHERS, "__sessionx"])
    }),
    read_so(PY, COOKIES, |input| {
        input.carries("cookie").is_some_and(|cookies| cookies.matches("__session").count() > 1)
    }),
    accepted(
        BOTH,
        "the cookie with the instance's suffix before `__session`, or if that is empty the other",
        |input| input.has_cookies(&["__session_S="]),
    ),
    refused(JS, "the cookie with the instance's suffix before `__session`, although it is bad", |input| {
        input.about.starts_with("cookies \"__session_S=x; __session=T\"")
    }),
    refused(JS, "a session cookie that is percent-encoded", |input| input.has_cookies(&["__session=%"])),
    accepted(JS, "a session cookie whatever `__client_uat` says, and without one", |input| {
        input.about.starts_with("cookies ")
            && ["signed in later", "signed out", "no __client_uat"]
                .iter()
                .any(|end| input.about.ends_with(end))
    }),
    accepted(JS, "a cookie of another issuer (`iss`) that is signed with the instance's key", |input| {
        input.carries("cookie").is_some() && input.claims["iss"] != "https://clerk.example.com"
    }),
    accepted(JS, "the value of a cookie in quotes", |input| {
        input.about.starts_with("cookies \"__session=\\\"T")
    }),
    // Who it is, and what it may do.
    read_so(BOTH, WRONG_TYPE, |input| {
        ["sid", "org_id", "org_role", "org_permissions"]
            .iter()
            .any(|name| !input.is_text(name) && input.claims.get(name).is_some_and(|value| !value.is_null()))
            || input.claims["o"].as_object().is_some_and(|o| !o.get("id").is_none_or(Value::is_string))
    }),
    refused(JS, WRONG_TYPE, |input| {
        input.asks()
            && (input.claims.get("org_id").is_some_and(Value::is_number)
                || input.claims["o"]["id"].is_number()
                || input.claims["o"]["rol"].is_array())
    }),
    accepted(JS, WRONG_TYPE, |input| {
        let texts = ["scopes", "scope", "fea", "pla"].map(|name| input.claims.get(name));
        let o = ["per", "fpm"].map(|name| input.claims.get("o").and_then(|o| o.get(name)));
        texts.into_iter().chain(o).flatten().any(|value| !value.is_string() && !value.is_null())
    }),
    read_so(
        JS,
        "scopes are words between white space; an audience that is one text is a list of one",
        |input| {
            input.is_machine_jwt()
                && ["scopes", "scope", "scp", "aud"].iter().any(|name| input.claims.get(name).is_some())
        },
    ),
    read_so(PY, "of version 2 (`v`), claims of version 1 do not count", |input| {
        input.claims["v"] == 2 && input.claims.get("org_id").is_some()
    }),
    refused(JS, "roles and permissions, where the version (`v`) is neither absent nor 2", |input| {
        is_of_unknown_version(input) && input.asks()
    }),
    read_so(BOTH, UNKNOWN_VERSION, is_of_unknown_version),
    read_so(JS, TWO_READINGS, has_features_of_the_user_first),
    read_so(BOTH, "the role has its prefix `org:`, once", |input| {
        let role = input.claims["o"]["rol"].as_str().or(input.claims["org_role"].as_str());
        role.is_some_and(|role| !role.starts_with("org:") || input.claims["v"] == 2)
    }),
    refused(JS, TWO_READINGS, |input| input.asks_for("permission") && has_features_of_the_user_first(input)),
    refused(JS, "features and plans in tokens that are not of version 2", |input| {
        (input.asks_for("feature") || input.asks_for("plan")) && input.claims["v"].as_f64() != Some(2.0)
    }),
    refused(JS, "roles, permissions, features and plans without a name", |input| {
        let empty = |name: &str| name.is_empty() || name.ends_with(':') || name.contains("::");
        ["role", "permission", "feature", "plan"]
            .iter()
            .filter_map(|kind| input.line["has"][kind].as_str())
            .any(empty)
    }),
    refused(JS, COLON, |input| asked_with_a_colon(input).is_some_and(|name| !input.lists(name))),
    accepted(JS, COLON, |input| asked_with_a_colon(input).is_some_and(|name| input.lists(name))),
    accepted(JS, "`fea` and `pla` with elements that have no scope, which do not count", |input| {
        let list = |name| input.claims.get(name).and_then(Value::as_str).unwrap_or_default();
        ["fea", "pla"]
            .iter()
            .any(|name| list(name).split(',').any(|one| !one.contains(':')) && !list(name).is_empty())
    }),
    accepted(JS, "permissions that are not written with the prefix `org:`", |input| {
        let listed =
            input.claims["org_permissions"].as_array().is_some_and(|all| all.contains(&json!("a:x")));
        input.asks_for("permission") && (listed || input.claims["fea"] == "o:org:a")
    }),
    // Both refuse.
    reason(BOTH, "the first thing that is wrong, by an order of its own", |input| input.about.contains("; ")),
    reason(PY, "an `iat` in the future is told from an `nbf`", |input| input.claims.get("iat").is_some()),
    reason(JS, "an algorithm that the key is not for is told from a wrong signature", |input| {
        input.about.starts_with("signed by ")
    }),
];

const COLON: &str = "a feature or plan whose name has a colon in it, by its whole name";
const COOKIES: &str =
    "another cookie whose name begins with `__session`, or the last of two cookies of one name";
/// Of other instances.
const OTHERS: &str = "__session_XXXXXXXX=T\"";
const WRONG_TYPE: &str = "a claim of a wrong type counts as none";
const TWO_READINGS: &str = "a permission is granted where both readings of `fpm` grant it";

const NO_SESSION: &str = "a token whose category does not say that it is a session token, and that names no session \
                          (`sid`, `sess_…`) of a user (`sub`, `user_…`)";
const UNKNOWN_VERSION: &str = "no organization, where the version (`v`) is neither absent nor 2";

const SESSION: &str = "cl_B7d4PD111AAA";
const ANY: &str = "cl_I7d4PD111III";
const DATES: [&str; 3] = ["exp", "nbf", "iat"];
const SLOPPY: [&str; 7] = [
    "NaN",
    "a byte order mark",
    "a lone surrogate",
    "a number too large",
    "bytes that are no UTF-8",
    "padding",
    "bits to spare",
];

fn is_of_unknown_version(input: &Input) -> bool {
    input.claims.get("v").is_some_and(|version| version.as_f64() != Some(2.0))
}

fn is_m2m(input: &Input) -> bool {
    input.claims["sub"].as_str().is_some_and(|subject| subject.starts_with("mch_"))
}

fn is_of_another_kind(input: &Input) -> bool {
    if !input.is_machine_jwt() {
        return !matches!(input.category(), None | Some(SESSION | ANY));
    }
    !input.accepts(if is_m2m(input) { "m2m_token" } else { "oauth_token" })
        || input.carries("cookie").is_some()
        || (is_m2m(input) && input.header["typ"] == "at+jwt")
        || (is_m2m(input) && !matches!(input.category(), None | Some("cl_B7d4PD333AAA")))
}

/// What stands behind the scope. JavaScript reads no further than to the next colon.
fn asked_with_a_colon(input: &Input) -> Option<&str> {
    let asked = ["feature", "plan"].into_iter().find_map(|kind| input.line["has"][kind].as_str());
    asked.and_then(|name| name.split_once(':')).map(|(_, name)| name).filter(|name| name.contains(':'))
}

fn has_features_of_the_user_first(input: &Input) -> bool {
    input.claims["fea"].as_str().is_some_and(|features| {
        features.starts_with("u:") && features.contains(",o:") && features != "u:a,o:a"
    })
}

/// The table in the documentation.
pub fn table() -> String {
    let mut table = String::new();
    for (outcome, ours, theirs) in [
        (WeRefuse, "refused here", "accepted by"),
        (WeAccept, "accepted here", "refused by"),
        (WhoItIs, "read so here", "read otherwise by"),
        (Reason, "given as the reason here", "another reason by"),
    ] {
        table += &format!("| {ours} | {theirs} |\n|---|---|\n");
        let all = || DIFFERENCES.iter().filter(|one| one.outcome == outcome);
        let mut seen = BTreeSet::new();
        for one in all().filter(|one| seen.insert(one.what)) {
            let same = || all().filter(|other| other.what == one.what).flat_map(|other| other.sdks);
            let sdks = [JavaScript, Python].into_iter().filter(|sdk| same().any(|own| own == sdk));
            let sdks: Vec<String> = sdks.map(|sdk| format!("{sdk:?}")).collect();
            table += &format!("| {} | {} |\n", one.what, sdks.join(", "));
        }
        table.push('\n');
    }
    table
}
