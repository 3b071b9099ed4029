"""What Clerk's own Python SDK finds when it works against the embedded Clerk.

Usage: scenario.py URL SECRET_KEY. Prints one line for each check and exits with 1 where one failed.
"""

import json
import sys
import traceback

from clerk_backend_api import Clerk, models
from clerk_backend_api.security.types import TokenVerificationError, VerifyTokenOptions
from clerk_backend_api.security.verifytoken import verify_token
from clerk_backend_api.utils import BackoffStrategy, RetryConfig

URL, KEY = sys.argv[1], sys.argv[2]
# Without this, one 5xx is retried for an hour and looks like a hang.
NO_RETRIES = RetryConfig("backoff", BackoffStrategy(1, 1, 1.0, 1), False)
clerk = Clerk(bearer_auth=KEY, server_url=URL + "/v1", retry_config=NO_RETRIES)
machine = Clerk(bearer_auth="ak_test_embedded", server_url=URL + "/v1", retry_config=NO_RETRIES)

failures = 0


def check(scenario):
    """Runs a scenario at once, and notes whether it held."""
    global failures
    try:
        scenario()
        print(f"ok   {scenario.__doc__}")
    except Exception:
        failures += 1
        print(f"FAIL {scenario.__doc__}")
        traceback.print_exc(file=sys.stdout)
    return scenario


def refused(call, status, code):
    try:
        call()
    except models.ClerkBaseError as error:
        # Where the document does not list a status, the SDK has no type for the error.
        first = json.loads(error.body)["errors"][0]
        assert (error.status_code, first["code"]) == (status, code), error.body
        return first
    raise AssertionError("not refused")


def users(**query):
    return clerk.users.list(request=models.GetUserListRequest(**query))


@check
def _():
    "a user is created with all of its parts, read and found"
    user = clerk.users.create(
        email_address=["ada@py.example"], phone_number=["+15555550100"], username="ada-py", first_name="Ada",
        last_name="Lovelace", password="correct horse battery", external_id="py-1",
        public_metadata={"plan": "pro", "nested": {"a": 1, "b": 2}},
    )
    assert user.id.startswith("user_") and user.password_enabled
    assert user.email_addresses[0].verification.status == "verified"
    assert user.email_addresses[0].id == user.primary_email_address_id
    read = clerk.users.get(user_id=user.id)
    assert read == user, (read, user)
    assert [u.id for u in users(email_address=["ada@py.example"])] == [user.id]
    assert [u.id for u in users(query="lovelace")] == [user.id]
    assert clerk.users.count(request=models.GetUsersCountRequest(external_id=["py-1"])).total_count == 1


@check
def _():
    "metadata is merged, deleted by null and replaced"
    user = users(external_id=["py-1"])[0]
    user = clerk.users.update_metadata(user_id=user.id, public_metadata={"nested": {"b": None, "c": 3}})
    assert user.public_metadata == {"plan": "pro", "nested": {"a": 1, "c": 3}}, user.public_metadata
    user = clerk.users.replace_metadata(user_id=user.id, public_metadata={"only": True})
    assert user.public_metadata == {"only": True}


@check
def _():
    "passwords are verified, banned users lose their sessions"
    user = users(external_id=["py-1"])[0]
    assert clerk.users.verify_password(user_id=user.id, password="correct horse battery").verified
    refused(lambda: clerk.users.verify_password(user_id=user.id, password="wrong"), 422, "incorrect_password")
    session = clerk.sessions.create(request=models.CreateSessionRequestBody(user_id=user.id))
    assert clerk.users.ban(user_id=user.id).banned
    assert clerk.sessions.get(session_id=session.id).status == "revoked"
    assert not clerk.users.unban(user_id=user.id).banned


@check
def _():
    "errors carry codes and the parameter"
    error = refused(lambda: clerk.users.create(email_address=["ada@py.example"]), 422, "form_identifier_exists")
    assert error["meta"]["param_name"] == "email_address", error
    refused(lambda: clerk.users.get(user_id="user_nobody"), 404, "resource_not_found")
    refused(lambda: clerk.users.create(email_address=["nobody"]), 422, "form_param_format_invalid")
    refused(lambda: clerk.users.create(username="short-py", password="short"), 422, "form_password_length_too_short")
    refused(lambda: clerk.users.create(), 422, "form_data_missing")


@check
def _():
    "pages neither skip nor repeat"
    for n in range(25):
        clerk.users.create(email_address=[f"page{n}@py.example"], external_id=f"page-{n}")
    seen = []
    while page := users(limit=10, offset=len(seen), query="page", order_by="created_at"):
        seen += [u.external_id for u in page]
    assert seen == [f"page-{n}" for n in range(25)], seen


@check
def _():
    "organizations have members, roles and invitations"
    user = users(external_id=["py-1"])[0]
    org = clerk.organizations.create(
        request=models.CreateOrganizationRequestBody(name="Py & Co", created_by=user.id)
    )
    assert org.slug == "py-co", org.slug
    assert clerk.organizations.get(organization_id="py-co").id == org.id
    members = clerk.organization_memberships.list(organization_id=org.id)
    assert members.total_count == 1 and members.data[0].role == "org:admin"
    assert "org:sys_memberships:manage" in members.data[0].permissions
    other = users(external_id=["page-0"])[0]
    clerk.organization_memberships.create(organization_id=org.id, user_id=other.id, role="org:member")
    refused(
        lambda: clerk.organization_memberships.create(organization_id=org.id, user_id=other.id, role="org:member"),
        400, "already_a_member_in_organization",
    )
    changed = clerk.organization_memberships.update(organization_id=org.id, user_id=other.id, role="org:admin")
    assert changed.role == "org:admin"
    invitations = clerk.organization_invitations.bulk_create(
        organization_id=org.id,
        request_body=[{"email_address": f"bulk{n}@py.example", "role": "org:member"} for n in range(3)],
    )
    assert invitations.total_count == 3
    revoked = clerk.organization_invitations.revoke(
        organization_id=org.id, invitation_id=invitations.data[0].id, requesting_user_id=user.id
    )
    assert revoked.status == "revoked"
    pending = clerk.organization_invitations.list(organization_id=org.id, status="pending")
    assert pending.total_count == 2, pending
    assert clerk.organizations.delete(organization_id=org.id).deleted
    assert clerk.users.get_organization_memberships(user_id=user.id).total_count == 0


@check
def _():
    "invitations into the application are sent once, listed and revoked"
    invitation = clerk.invitations.create(request={"email_address": "invited@py.example"})
    refused(lambda: clerk.invitations.create(request={"email_address": "invited@py.example"}), 400, "duplicate_record")
    assert invitation.id in [i.id for i in clerk.invitations.list()]
    assert clerk.invitations.revoke(invitation_id=invitation.id).status == "revoked"


@check
def _():
    "a picture is uploaded"
    user = users(external_id=["py-1"])[0]
    file = models.File(file_name="ada.png", content=b"\x89PNG" + b"\0" * 200_000, content_type="image/png")
    assert clerk.users.set_profile_image(user_id=user.id, file=file).has_image
    assert clerk.users.delete_profile_image(user_id=user.id).has_image is False


@check
def _():
    "a session token is verified with the published keys"
    user = users(external_id=["py-1"])[0]
    session = clerk.sessions.create(request=models.CreateSessionRequestBody(user_id=user.id))
    token = clerk.sessions.create_token(session_id=session.id).jwt
    claims = verify_token(token, VerifyTokenOptions(secret_key=KEY, api_url=URL))
    assert claims["sub"] == user.id and claims["sid"] == session.id and claims["v"] == 2, claims
    head, body, signature = token.split(".")
    try:
        verify_token(f"{head}.{body}.{signature[::-1]}", VerifyTokenOptions(secret_key=KEY, api_url=URL))
        raise AssertionError("a forged token was accepted")
    except TokenVerificationError:
        pass


@check
def _():
    "machine tokens and API keys are made, verified and revoked"
    user = users(external_id=["py-1"])[0]
    token = machine.m2m.create_token(claims={"job": 7})
    assert verify_token(token.token, VerifyTokenOptions(secret_key=KEY, api_url=URL))["claims"] == {"job": 7}
    clerk.m2m.revoke_token(m2m_token_id=token.id)
    assert clerk.m2m.verify_token(token=token.token).revoked
    key = clerk.api_keys.create_api_key(name="Exports", subject=user.id, scopes=["read"])
    assert clerk.api_keys.verify_api_key(secret=key.secret).id == key.id
    assert clerk.api_keys.get_api_keys(subject=user.id).total_count == 1
    assert clerk.api_keys.revoke_api_key(api_key_id=key.id).revoked


@check
def _():
    "what is configured is kept: templates, redirect URLs, lists, machines, roles"
    template = clerk.jwt_templates.create(request={"name": "py", "claims": {"mail": "{{user.primary_email_address}}"}})
    assert clerk.jwt_templates.get(template_id=template.id) == template
    assert template.id in [t.id for t in clerk.jwt_templates.list()]
    url = clerk.redirect_urls.create(request={"url": "https://py.example/"})
    assert clerk.redirect_urls.delete(id=url.id).deleted
    entry = clerk.allowlist_identifiers.create(request={"identifier": "list@py.example"})
    assert entry.id in [i.id for i in clerk.allowlist_identifiers.list()]
    worker = clerk.machines.create(request={"name": "Worker"})
    assert clerk.machines.get_secret_key(machine_id=worker.id).secret == worker.secret_key
    role = clerk.organization_roles.create(name="Py", key="org:py", permissions=["org:sys_billing:read"])
    assert role.permissions[0].key == "org:sys_billing:read"
    assert clerk.instance_settings.get_organization_settings().creator_role == "org:admin"


@check
def _():
    "what was deleted is gone"
    user = users(external_id=["py-1"])[0]
    assert clerk.users.delete(user_id=user.id).deleted
    refused(lambda: clerk.users.get(user_id=user.id), 404, "resource_not_found")
    assert clerk.users.create(email_address=["ada@py.example"]).id != user.id


sys.exit(1 if failures else 0)
