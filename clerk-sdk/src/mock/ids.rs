//! Ids as Clerk shapes them: a prefix that tells the kind of object, and 27 random characters.

/// Prefixes of the ids of an object, by its `object` tag or by the name of a property that refers to it. Kinds that
/// are not here have their own name as prefix.
const PREFIXES: &[(&str, &str)] = &[
    ("actor_token", "act"),
    ("allowlist_identifier", "alid"),
    ("api_key", "ak"),
    ("blocklist_identifier", "blid"),
    ("admin_portal_link_token", "aplt"),
    ("agent_task", "agttsk"),
    ("commerce_credit_ledger", "ccl"),
    ("commerce_discount", "cdisc"),
    ("commerce_discount_redemption", "cdred"),
    ("commerce_payer", "cpayer"),
    ("commerce_payment", "pa"),
    ("commerce_payment_method", "cps"),
    ("commerce_plan", "cplan"),
    ("commerce_price", "cprice"),
    ("commerce_source", "cps"),
    ("commerce_statement", "stmt"),
    ("commerce_subscription", "csub"),
    ("commerce_subscription_item", "csub_item"),
    ("domain", "dmn"),
    ("email_address", "idn"),
    ("enterprise_account", "ent"),
    ("enterprise_connection", "entconn"),
    ("external_account", "eac"),
    ("identification", "idn"),
    ("feature", "feat"),
    ("instance", "ins"),
    ("invitation", "inv"),
    ("inviter", "user"),
    ("jwt_template", "jtmp"),
    ("linked_to", "idn"),
    ("machine", "mch"),
    ("machine_to_machine_token", "mt"),
    ("oauth_application", "oa"),
    ("organization", "org"),
    ("organization_domain", "orgdmn"),
    ("organization_invitation", "orginv"),
    ("organization_membership", "orgmem"),
    ("passkey", "idn"),
    ("permission", "perm"),
    ("phone_number", "idn"),
    ("public_organization_data", "org"),
    ("product", "cprd"),
    ("redirect_url", "ru"),
    ("role_set", "rolset"),
    ("saml_account", "samlacc"),
    ("saml_connection", "samlc"),
    ("session", "sess"),
    ("session_activity", "sess_activity"),
    ("sign_in_token", "sit"),
    ("sign_up_attempt", "sua"),
    ("template", "tmpl"),
    ("trusted_device", "tdv"),
    ("user", "user"),
    ("waitlist_entry", "wle"),
    ("web3_wallet", "idn"),
];

/// The random part is drawn from these.
const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Draws ids for one server.
#[derive(Debug)]
pub(super) struct Ids {
    random: fastrand::Rng,
    /// The id that the next object of this kind has, while a seed makes it.
    own: Option<(&'static str, String)>,
}

/// The copy goes on as the original does: a generator's own copy would be another one.
impl Clone for Ids {
    fn clone(&self) -> Ids {
        Ids { random: fastrand::Rng::with_seed(self.random.get_seed()), own: self.own.clone() }
    }
}

impl Ids {
    /// Draws ids at random, or the same ones each time where there is a seed.
    pub(super) fn new(seed: Option<u64>) -> Ids {
        Ids { random: seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed), own: None }
    }

    /// Gives objects of this kind this id, or ids by chance again.
    pub(super) fn set_own(&mut self, own: Option<(&'static str, String)>) {
        self.own = own;
    }

    /// Returns the prefix of the ids of a kind.
    pub(super) fn prefix(tag: &str) -> &str {
        PREFIXES.iter().find(|(name, _)| *name == tag).map_or(tag, |(_, prefix)| prefix)
    }

    /// An id for an object of this kind.
    pub(super) fn object(&mut self, tag: &str) -> String {
        if let Some((kind, id)) = &self.own
            && *kind == tag
        {
            return id.clone();
        }
        let known = PREFIXES.iter().find(|(name, _)| *name == tag).map(|(_, prefix)| *prefix);
        // `last_active_organization_id`, `primary_email_address_id`: the end tells the kind.
        let ending = || {
            let (_, prefix) =
                PREFIXES.iter().find(|(n, _)| tag.strip_suffix(n).is_some_and(|t| t.ends_with('_')))?;
            Some(*prefix)
        };
        let prefix = known.or_else(ending).unwrap_or(tag);
        let prefix = if prefix.is_empty() { "obj" } else { prefix };
        match prefix {
            "ak" | "aplt" | "mt" => self.hexadecimal(prefix),
            _ => self.prefixed(prefix),
        }
    }

    /// A prefix, an underscore and 27 letters and digits.
    pub(super) fn prefixed(&mut self, prefix: &str) -> String {
        let letters = (0..27).map(|_| char::from(LETTERS[self.random.usize(..LETTERS.len())]));
        format!("{prefix}_{}", letters.collect::<String>())
    }

    /// A prefix, an underscore and 32 hexadecimal digits.
    pub(super) fn hexadecimal(&mut self, prefix: &str) -> String {
        format!("{prefix}_{:032x}", self.random.u128(..))
    }

    /// Something that only who is told it knows.
    pub(super) fn secret(&mut self, prefix: &str) -> String {
        let letters = (0..43).map(|_| char::from(LETTERS[self.random.usize(..LETTERS.len())]));
        format!("{prefix}_{}", letters.collect::<String>())
    }

    /// Something to trace a request by.
    pub(super) fn trace(&mut self) -> String {
        format!("{:032x}", self.random.u128(..))
    }

    /// A number of so many digits.
    pub(super) fn digits(&mut self, count: u32) -> u64 {
        let least = 10_u64.pow(count.saturating_sub(1));
        self.random.u64(least..least * 10)
    }
}
