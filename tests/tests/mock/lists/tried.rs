//! What each query parameter of each list should do, or the reason why that is not tried.

/// How a parameter is tried.
#[derive(Clone, Copy, Debug)]
pub(super) enum Try {
    /// The items whose field has this value.
    Is(&'static str),
    /// The same, where two values are either of them.
    Either(&'static str),
    /// The same, and `-` before a value leaves those out that have it.
    Signed(&'static str),
    /// The items whose field contains this text.
    Part(&'static str, &'static str),
    /// The items whose field is before a time that one of them has, after it, or not before it.
    Before(&'static str),
    After(&'static str),
    Since(&'static str),
    /// So many of the items are left with this value.
    Left(&'static str, usize),
    /// Each item has this field with the value `true`, and none has it without.
    Adds(&'static str),
    /// Values to order by, and the field of each.
    Orders(&'static [(&'static str, &'static str)]),
    /// The answer is an object with `total_count`.
    Envelope,
    /// The items after the one with this id.
    Cursor,
}
use Try::{Adds, After, Before, Cursor, Either, Envelope, Is, Left, Orders, Part, Signed, Since};

const NAMED: Try = Orders(&[("created_at", "/created_at"), ("name", "/name")]);
const KEYED: Try = Orders(&[("created_at", "/created_at"), ("name", "/name"), ("key", "/key")]);
const ADDRESSED: Try = Orders(&[("created_at", "/created_at"), ("email_address", "/email_address")]);
const MEMBERS: Try = Orders(&[
    ("created_at", "/created_at"),
    ("email_address", "/public_user_data/identifier"),
    ("first_name", "/public_user_data/first_name"),
    ("last_name", "/public_user_data/last_name"),
    ("username", "/public_user_data/username"),
    ("phone_number", "/public_user_data/username"),
]);

/// By operation and parameter; `*` is every operation that has no line of its own.
pub(super) const TRIED: &[(&str, &str, Try)] = &[
    ("*", "paginated", Envelope),
    ("ListEnterpriseConnectionTestRuns", "status", Either("/status")),
    ("*", "status", Is("/status")),
    // Those that were revoked are listed only where they are asked for.
    ("ListInvitations", "status", Left("revoked", 1)),
    ("GetSessionList", "client_id", Is("/client_id")),
    ("GetSessionList", "user_id", Is("/user_id")),
    ("GetUserList", "email_address", Either("/email_addresses/0/email_address")),
    ("GetUserList", "phone_number", Either("/phone_numbers/0/phone_number")),
    ("GetUserList", "external_id", Signed("/external_id")),
    ("GetUserList", "username", Either("/username")),
    ("GetUserList", "web3_wallet", Either("/web3_wallets/0/web3_wallet")),
    ("GetUserList", "user_id", Signed("/id")),
    ("GetUserList", "organization_id", Left("ORGANIZATION", 2)),
    ("GetUserList", "query", Part("/email_addresses/0/email_address", "BOB@")),
    ("GetUserList", "email_address_query", Part("/email_addresses/0/email_address", "BOB@")),
    ("GetUserList", "phone_number_query", Part("/phone_numbers/0/phone_number", "0101")),
    ("GetUserList", "username_query", Part("/username", "OB")),
    ("GetUserList", "name_query", Part("/last_name", "opp")),
    ("GetUserList", "banned", Is("/banned")),
    ("GetUserList", "last_active_at_before", Before("/last_active_at")),
    ("GetUserList", "last_active_at_after", After("/last_active_at")),
    ("GetUserList", "last_active_at_since", Since("/last_active_at")),
    ("GetUserList", "created_at_before", Before("/created_at")),
    ("GetUserList", "created_at_after", After("/created_at")),
    ("GetUserList", "last_sign_in_at_before", Before("/last_sign_in_at")),
    ("GetUserList", "last_sign_in_at_after", After("/last_sign_in_at")),
    ("GetUserList", "provider", Left("oauth_google&provider_user_id=PROVIDER", 1)),
    ("GetUserList", "provider_user_id", Left("PROVIDER&provider=oauth_google", 1)),
    ("GetUserList", "starting_after", Cursor),
    (
        "GetUserList",
        "order_by",
        Orders(&[
            ("created_at", "/created_at"),
            ("updated_at", "/updated_at"),
            ("email_address", "/email_addresses/0/email_address"),
            ("web3wallet", "/web3_wallets/0/web3_wallet"),
            ("first_name", "/first_name"),
            ("last_name", "/last_name"),
            ("phone_number", "/phone_numbers/0/phone_number"),
            ("username", "/username"),
            ("last_active_at", "/last_active_at"),
            ("last_sign_in_at", "/last_sign_in_at"),
        ]),
    ),
    ("ListInvitations", "query", Part("/email_address", "TWO")),
    (
        "ListInvitations",
        "order_by",
        Orders(&[
            ("created_at", "/created_at"),
            ("email_address", "/email_address"),
            ("expires_at", "/expires_at"),
        ]),
    ),
    ("ListInstanceOrganizationInvitations", "query", Part("/email_address", "TWO")),
    ("ListInstanceOrganizationInvitations", "order_by", ADDRESSED),
    ("ListOrganizationInvitations", "email_address", Is("/email_address")),
    ("ListOrganizationInvitations", "order_by", ADDRESSED),
    ("ListMachines", "query", Part("/name", "TWO")),
    ("ListMachines", "order_by", NAMED),
    ("ListOrganizations", "include_members_count", Adds("members_count")),
    ("GetOrganization", "include_members_count", Adds("members_count")),
    (
        "ListOrganizations",
        "include_missing_member_with_elevated_permissions",
        Adds("missing_member_with_elevated_permissions"),
    ),
    (
        "GetOrganization",
        "include_missing_member_with_elevated_permissions",
        Adds("missing_member_with_elevated_permissions"),
    ),
    ("ListOrganizations", "query", Part("/slug", "TWO")),
    ("ListOrganizations", "user_id", Left("-USER", 2)),
    ("ListOrganizations", "organization_id", Signed("/id")),
    (
        "ListOrganizations",
        "order_by",
        Orders(&[("created_at", "/created_at"), ("name", "/name"), ("members_count", "/members_count")]),
    ),
    ("*", "query", Part("/name", "TWO")),
    ("ListOrganizationRoles", "order_by", KEYED),
    ("ListOrganizationPermissions", "order_by", KEYED),
    ("ListRoleSets", "order_by", KEYED),
    ("ListOrganizationMemberships", "user_id", Signed("/public_user_data/user_id")),
    ("ListOrganizationMemberships", "email_address", Either("/public_user_data/identifier")),
    ("ListOrganizationMemberships", "phone_number", Left("%2B15555550100", 1)),
    ("ListOrganizationMemberships", "username", Either("/public_user_data/username")),
    ("ListOrganizationMemberships", "web3_wallet", Left("WALLET", 1)),
    ("ListOrganizationMemberships", "role", Either("/role")),
    ("ListOrganizationMemberships", "query", Part("/public_user_data/identifier", "BOB@")),
    ("ListOrganizationMemberships", "email_address_query", Part("/public_user_data/identifier", "BOB@")),
    ("ListOrganizationMemberships", "phone_number_query", Left("0100", 1)),
    ("ListOrganizationMemberships", "username_query", Part("/public_user_data/username", "OB")),
    ("ListOrganizationMemberships", "name_query", Part("/public_user_data/last_name", "opp")),
    ("ListOrganizationMemberships", "last_active_at_before", Left("ACTIVE", 1)),
    ("ListOrganizationMemberships", "last_active_at_after", Left("ACTIVE", 1)),
    ("ListOrganizationMemberships", "created_at_before", Before("/created_at")),
    ("ListOrganizationMemberships", "created_at_after", After("/created_at")),
    ("ListOrganizationMemberships", "order_by", MEMBERS),
    ("InstanceGetOrganizationMemberships", "order_by", MEMBERS),
    ("ListOrganizationDomains", "verified", Left("false", 1)),
    ("ListOrganizationDomains", "enrollment_mode", Signed("/enrollment_mode")),
    ("ListAllOrganizationDomains", "verified", Left("false", 2)),
    ("ListAllOrganizationDomains", "enrollment_mode", Signed("/enrollment_mode")),
    ("ListAllOrganizationDomains", "organization_id", Is("/organization_id")),
    ("ListAllOrganizationDomains", "domains", Either("/name")),
    ("ListAllOrganizationDomains", "order_by", NAMED),
    ("ListOAuthApplications", "name_query", Part("/name", "TWO")),
    ("ListOAuthApplications", "order_by", NAMED),
    ("ListSAMLConnections", "organization_id", Signed("/organization_id")),
    ("ListSAMLConnections", "order_by", NAMED),
    ("ListEnterpriseConnections", "organization_id", Is("/organization_id")),
    ("ListEnterpriseConnections", "active", Is("/active")),
    ("ListWaitlistEntries", "query", Part("/email_address", "TWO")),
    (
        "ListWaitlistEntries",
        "order_by",
        Orders(&[
            ("created_at", "/created_at"),
            ("email_address", "/email_address"),
            ("invited_at", "/invitation/created_at"),
        ]),
    ),
    ("GetCommercePlanList", "payer_type", Is("/for_payer_type")),
    ("GetBillingPriceList", "plan_id", Is("/plan_id")),
    ("GetCommerceSubscriptionItemList", "payer_type", Is("/plan/for_payer_type")),
    ("GetCommerceSubscriptionItemList", "plan_id", Is("/plan_id")),
    ("GetCommerceSubscriptionItemList", "include_free", Left("true", 4)),
    ("GetCommerceSubscriptionItemList", "query", Part("/payer/email", "BOB@")),
    ("getApiKeys", "subject", Left("OTHER", 1)),
    ("getApiKeys", "type", Left("none", 0)),
    ("getApiKeys", "include_invalid", Left("true", 4)),
    ("getApiKeys", "query", Part("/name", "TWO")),
    ("getM2MTokens", "subject", Left("OTHER_MACHINE", 1)),
    ("getM2MTokens", "revoked", Left("true", 4)),
    ("getM2MTokens", "expired", Left("true", 4)),
];

/// Parameters that are not tried, and why.
pub(super) const UNTRIED: &[(&str, &str, &str)] = &[
    ("GetPublicInterstitial", "*", "no list: the answer is empty"),
    ("GetUsersCount", "*", "no list: a test of its own holds it against the list"),
];
