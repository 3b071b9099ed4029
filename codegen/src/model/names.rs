//! Names: from the document's spelling to Rust's.

/// Words of a name: `deleteTOTP` is `delete`, `totp`; `JWKS.rsa.PublicKey` is `jwks`, `rsa`, `public`, `key`.
pub fn words(name: &str) -> Vec<String> {
    let name = name.replace("OAuth", "Oauth");
    let chars: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (i, &c) in chars.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            push(&mut words, &mut word);
            continue;
        }
        let before = i.checked_sub(1).and_then(|i| chars.get(i)).copied().unwrap_or(' ');
        let after = chars.get(i + 1).copied().unwrap_or(' ');
        // `URLs` is one word: the `s` of a plural acronym starts none.
        let plural = after == 's' && !chars.get(i + 2).copied().unwrap_or(' ').is_ascii_lowercase();
        if c.is_ascii_uppercase()
            && (before.is_ascii_lowercase()
                || (is_upper_or_digit(before) && after.is_ascii_lowercase() && !plural))
        {
            push(&mut words, &mut word);
        }
        word.push(c.to_ascii_lowercase());
    }
    push(&mut words, &mut word);
    words
}

fn is_upper_or_digit(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit()
}

fn push(words: &mut Vec<String>, word: &mut String) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

/// A name as it is written in a sentence: `api_keys` is `API keys`.
pub fn prose(name: &str) -> String {
    let spelt = |word: String| match SPELT.iter().find(|spelt| spelt.eq_ignore_ascii_case(&word)) {
        Some(spelt) => (*spelt).to_owned(),
        None => word,
    };
    words(name).into_iter().map(spelt).collect::<Vec<_>>().join(" ")
}

/// Words that are not written in lower case.
const SPELT: &[&str] = &[
    "API", "CSS", "DNS", "HTML", "HTTP", "IP", "JSON", "JWKS", "JWT", "JWTs", "M2M", "OAuth", "OIDC", "SAML",
    "SCIM", "SMS", "SSO", "TOTP", "URL", "URLs",
];

/// `snake_case`, not yet safe as an identifier.
pub fn snake(name: &str) -> String {
    words(name).join("_")
}

/// `PascalCase`.
pub fn pascal(name: &str) -> String {
    pascal_words(&words(name))
}

/// `PascalCase` of words.
pub fn pascal_words(words: &[String]) -> String {
    words
        .iter()
        .map(|word| {
            let mut chars = word.chars();
            chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect::<String>()
        })
        .collect()
}

/// A field, argument or method: `snake_case`, keywords with an underscore behind (`type_`).
pub fn ident(name: &str) -> String {
    let name = snake(name);
    if KEYWORDS.contains(&name.as_str()) {
        format!("{name}_")
    } else if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("n{name}")
    } else {
        name
    }
}

/// A variant of an enum, from the value it stands for.
pub fn variant(value: &str) -> String {
    let sign = match value.as_bytes().first() {
        Some(b'-') => "Descending",
        _ => "",
    };
    let name = format!("{}{sign}", pascal(value));
    match name.as_str() {
        "" if value.is_empty() => "Empty".to_owned(),
        "" if value == "*" => "All".to_owned(),
        "Self" | "Unknown" => format!("{name}Value"),
        _ if name.starts_with(|c: char| c.is_ascii_digit()) => format!("N{name}"),
        _ => name,
    }
}

/// The name of a type, safe as an identifier.
pub fn type_name(name: &str) -> String {
    let name = pascal(name);
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("N{name}") } else { name }
}

/// The module of a version: `v2026_05_12` for `2026-05-12`.
pub fn module(version: &str) -> String {
    format!("v{}", words(version).join("_"))
}

/// One item of what a plural names: `custom_attributes` holds `custom_attribute`s.
pub fn singular(name: &str) -> String {
    if let Some(stem) = name.strip_suffix("ies") {
        format!("{stem}y")
    } else if name.ends_with("sses") || name.ends_with("addresses") {
        name.strip_suffix("es").unwrap_or(name).to_owned()
    } else if name.ends_with("ss") || name.ends_with("us") {
        name.to_owned()
    } else {
        name.strip_suffix('s').unwrap_or(name).to_owned()
    }
}

/// Whether `name` can stand in Rust as it is.
pub fn is_ident(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic())
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !KEYWORDS.contains(&name)
}

const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield",
];

/// The type of all tags called `object`.
pub const OBJECT_TYPE: &str = "ObjectType";

/// Whether a type can be called so.
pub fn is_type(name: &str) -> bool {
    is_ident(name) && name != "Self" && !TYPES.contains(&name)
}

/// Types and traits that generated code and the macros in it name without a path; no generated type may be called so.
const TYPES: &[&str] = &[
    "Api",
    "BTreeMap",
    "BodyKind",
    "Bound",
    "Box",
    "Bytes",
    "Clerk",
    "ContentKind",
    "DateTime",
    "Default",
    "FilePart",
    "FormValue",
    "From",
    "Into",
    "IntoIterator",
    "IntoList",
    "IntoNullable",
    "JsonObject",
    "Key",
    "KeyKind",
    "Meta",
    "Metadata",
    "Nullable",
    "Object",
    "Operation",
    "Option",
    "Page",
    "Paginated",
    "Request",
    "Result",
    "Serialize",
    "Shape",
    "String",
    "Timestamp",
    "TryInto",
    "Vec",
];

/// Methods that every request has; a setter may not be called so. Those that begin with `with_` are reserved as a whole.
pub const REQUEST_METHODS: &[&str] = &[
    "apply_if",
    "clone",
    "fmt",
    "from_parts",
    "into_future",
    "items",
    "items_blocking",
    "new",
    "pages",
    "pages_blocking",
    "respond",
    "send",
    "send_blocking",
    "set_body",
    "set_cookie",
    "set_count",
    "set_file",
    "set_header",
    "set_json",
    "set_part",
    "set_path",
    "set_query",
    "set_value",
    "set_whole",
];

/// Functions that the client has beside its resources; a resource may not be called so.
pub const CLIENT_FUNCTIONS: &[&str] = &[
    "authenticate",
    "authenticator",
    "builder",
    "builder_for_machine",
    "builder_with_key_provider",
    "clone",
    "fmt",
    "for_machine",
    "forget_keys",
    "from_env",
    "new",
    "request",
    "verifier",
];

/// Functions that generated code calls on arguments; none of these may be called so.
pub const FUNCTIONS: &[&str] = &["delimited", "joined", "into_map"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acronyms_plurals_and_digits_are_split_as_a_reader_would() {
        let cases = [
            ("deleteTOTP", "delete_totp"),
            ("getJWKS", "get_jwks"),
            ("emailSMSTemplates", "email_sms_templates"),
            ("getOAuthAccessToken", "get_oauth_access_token"),
            ("createM2MToken", "create_m2m_token"),
            ("ListRedirectURLs", "list_redirect_urls"),
            ("apiKeyID", "api_key_id"),
            ("generateSvixAuthURL", "generate_svix_auth_url"),
            ("JWKS.rsa.PublicKey", "jwks_rsa_public_key"),
            ("CommercePlan-2", "commerce_plan_2"),
            ("x5t#S256", "x5t_s256"),
            ("UserWeb3WalletDelete", "user_web3_wallet_delete"),
        ];
        for (spelt, expected) in cases {
            assert_eq!(snake(spelt), expected, "{spelt}");
        }
    }

    #[test]
    fn names_are_written_as_people_write_them() {
        for (name, expected) in [
            ("api_keys", "API keys"),
            ("m2m", "M2M"),
            ("oauth_access_tokens", "OAuth access tokens"),
            ("jwks", "JWKS"),
            ("redirect_urls", "redirect URLs"),
            ("emailSMSTemplates", "email SMS templates"),
            ("users", "users"),
        ] {
            assert_eq!(prose(name), expected);
        }
    }

    #[test]
    fn keywords_and_odd_values_become_identifiers() {
        assert_eq!(ident("type"), "type_");
        assert_eq!(variant(""), "Empty");
        assert_eq!(variant("-manual_invitation"), "ManualInvitationDescending");
        assert_eq!(variant("6h"), "N6h");
        assert_eq!(singular("addresses"), "address");
        assert_eq!(singular("mappings"), "mapping");
    }
}
