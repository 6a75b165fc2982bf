"""b.well's GraphQL, one operation a constant: what is written out here is all that is ever asked. Partner only."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.health.connectors.errors import ConnectorError
from bot.health.connectors.wire import Deadline, Wire
from bot.health.importers.fhir.strict import Json, MalformedError, child, children

PROFILE: Final = "query getProfile { userProfile { id } }"
UPDATE_PROFILE: Final = (
    "mutation updateUserProfile($person: FHIRPersonInput) { updateUserProfile(input: $person) { id } }"
)
CREATE_CONSENT: Final = "mutation createConsent($input: ConsentInput!) { createConsent(input: $input) { id status } }"
SEARCH: Final = (
    "query SearchHealthResources($searchInput: SearchHealthResourcesInput) "
    "{ searchHealthResources(searchInput: $searchInput) { results { id type content endpoint { name } } } }"
)
OAUTH_URL: Final = "query getOauthUrl($connectionId: ID!) { getOauthUrl(connectionId: $connectionId) { redirectUrl } }"
CONNECTIONS: Final = (
    "query getMemberConnections { getMemberConnections { id name category integrationType type status syncStatus "
    "syncErrors { coding { code } } statusUpdated lastSynced created } }"
)
VERIFY: Final = (
    "mutation createVerificationUrl($input: VerificationUrlInput!) { createVerificationUrl(input: $input) { url } }"
)
DISCONNECT: Final = "mutation disconnectConnection($connectionId: ID!) { disconnectConnection(connectionId: $connectionId) { id status } }"
DELETE: Final = (
    "mutation deleteConnection($connectionId: ID!) { deleteConnection(connectionId: $connectionId) { id status } }"
)


class Graph:
    """Asks with one person's access."""

    def __init__(self, wire: Wire, address: str, access: str, deadline: Deadline) -> None:
        self._wire = wire
        self._address = address
        self._access = access
        self._deadline = deadline

    async def ask(self, query: str, **variables: Any) -> Json:
        """Give the data of one operation; an answer with errors is one, whatever data stands beside them."""
        answer = await self._wire.post(
            self._address,
            self._deadline,
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {self._access}", "Accept": "application/json"},
        )
        said = answer.json()
        if said.get("errors"):
            raise ConnectorError("refused", answer.status)
        try:
            data = child(said, "data")
        except MalformedError:
            raise ConnectorError("malformed", answer.status) from None
        if not data:
            raise ConnectorError("malformed", answer.status)
        return data

    async def one(self, query: str, name: str, **variables: Any) -> Json:
        """Give the object *name* of an operation."""
        try:
            return child(await self.ask(query, **variables), name)
        except MalformedError:
            raise ConnectorError("malformed") from None

    async def all(self, query: str, name: str) -> Sequence[Mapping[str, Any]]:
        """Give the list *name* of an operation."""
        try:
            return children(await self.ask(query), name)
        except MalformedError:
            raise ConnectorError("malformed") from None
