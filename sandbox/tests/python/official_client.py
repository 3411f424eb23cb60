"""Drives a sandbox with Google's own Python client. Arguments: url, key file, administrator, user."""

import sys

import google_auth_httplib2
import httplib2
from google.oauth2 import service_account
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

url, key, admin, user = sys.argv[1:5]
SCOPE = "https://www.googleapis.com/auth/"


def service(name, version, subject, *scopes):
    credentials = service_account.Credentials.from_service_account_file(
        key, scopes=[SCOPE + scope for scope in scopes], subject=subject
    )
    # The sandbox speaks plain HTTP, which self-signed tokens would not fit.
    credentials = credentials.with_always_use_jwt_access(False)
    http = google_auth_httplib2.AuthorizedHttp(credentials, http=httplib2.Http(timeout=20))
    return build(
        name, version, http=http, static_discovery=True, cache_discovery=False, client_options={"api_endpoint": url}
    )


def refused(request, status, text):
    try:
        request.execute()
    except HttpError as error:
        assert error.resp.status == status, error
        assert text in str(error.content), error.content
    else:
        raise AssertionError("the request should have failed")


def pages(connections, listing):
    """Everything on all pages, and the sync token of the last one."""
    request, seen, token = connections.list(**listing), [], None
    while request is not None:
        page = request.execute()
        seen += page["connections"]
        token = page.get("nextSyncToken")
        request = connections.list_next(request, page)
    return seen, token


def contacts():
    people = service("people", "v1", user, "contacts").people()
    groups = service("people", "v1", user, "contacts").contactGroups()

    label = groups.create(body={"contactGroup": {"name": "Team"}}).execute()
    refused(groups.create(body={"contactGroup": {"name": "Team"}}), 409, "already exists")
    membership = [
        {"contactGroupMembership": {"contactGroupResourceName": name}}
        for name in ("contactGroups/myContacts", label["resourceName"])
    ]
    one = people.createContact(
        personFields="names,metadata,memberships",
        body={"names": [{"givenName": "Ada", "familyName": "Byron"}], "memberships": membership},
    ).execute()
    assert one["names"][0]["displayName"] == "Ada Byron", one
    assert len(one["memberships"]) == 2, one

    batch = {
        "contacts": [{"contactPerson": {"names": [{"givenName": f"N{n}"}]}} for n in range(150)],
        "readMask": "names,metadata",
    }
    created = people.batchCreateContacts(body=batch).execute()["createdPeople"]
    assert len(created) == 150

    listing = dict(
        resourceName="people/me",
        personFields="names,metadata",
        sources="READ_SOURCE_TYPE_CONTACT",
        pageSize=100,
        requestSyncToken=True,
    )
    seen, token = pages(people.connections(), listing)
    assert len(seen) == 151 and token

    first, second = (response["person"] for response in created[:2])
    update = {
        "contacts": {
            first["resourceName"]: {"etag": first["etag"], "urls": [{"value": "https://x.example"}]},
        },
        "updateMask": "urls",
        "readMask": "urls",
    }
    people.batchUpdateContacts(body=update).execute()
    refused(people.batchUpdateContacts(body=update), 400, "different than the current")
    people.updateContact(
        resourceName=second["resourceName"],
        updatePersonFields="nicknames",
        body={"metadata": second["metadata"], "nicknames": [{"value": "Two"}]},
    ).execute()
    got = people.getBatchGet(resourceNames=[second["resourceName"], "people/c7"], personFields="nicknames").execute()
    assert got["responses"][0]["person"]["nicknames"][0]["value"] == "Two", got
    assert "person" not in got["responses"][1], got

    groups.members().modify(
        resourceName=label["resourceName"], body={"resourceNamesToAdd": [first["resourceName"]]}
    ).execute()
    shown = groups.get(resourceName=label["resourceName"], maxMembers=10).execute()
    assert shown["memberCount"] == 2, shown
    label = groups.update(
        resourceName=label["resourceName"],
        body={
            "contactGroup": {"etag": label["etag"], "name": "Crew", "clientData": [{"key": "k", "value": "v"}]},
            "updateGroupFields": "name,clientData",
            "readGroupFields": "name,clientData,metadata",
        },
    ).execute()
    assert label["name"] == "Crew" and label["clientData"], label

    people.deleteContact(resourceName=one["resourceName"]).execute()
    names = [response["person"]["resourceName"] for response in created[2:]]
    people.batchDeleteContacts(body={"resourceNames": names}).execute()
    other_size = people.connections().list(**{**listing, "pageSize": 1000}, syncToken=token)
    refused(other_size, 400, "invalid argument")  # a sync token belongs to the parameters it came with
    changes, _ = pages(people.connections(), {**listing, "syncToken": token})
    deleted = [person for person in changes if person["metadata"].get("deleted")]
    assert (len(changes), len(deleted)) == (151, 149), changes
    groups.delete(resourceName=label["resourceName"]).execute()
    assert len(groups.list().execute()["contactGroups"]) == 8
    refused(people.get(resourceName=one["resourceName"], personFields="names"), 404, "not found")


def directory():
    scopes = [f"admin.directory.{part}.readonly" for part in ("user", "customer", "domain")]
    api = service("admin", "directory_v1", admin, *scopes)
    page = api.users().list(customer="my_customer", maxResults=5, orderBy="email").execute()
    assert len(page["users"]) == 5 and page["nextPageToken"]
    assert api.users().get(userKey=user).execute()["primaryEmail"] == user
    assert api.customers().get(customerKey="my_customer").execute()["customerDomain"]
    assert api.domains().list(customer="my_customer").execute()["domains"][0]["isPrimary"]
    refused(api.users().get(userKey="nobody@" + user.split("@")[1]), 404, "Resource Not Found")


contacts()
directory()
