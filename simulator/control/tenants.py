"""Tenants: several vendors on one hosted axis. Only the operator enters and removes them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from simulator import removal, tenants
from simulator.axis import Axis
from simulator.control.problems import Problem
from simulator.tenants import NAME_FORM, Limits, Tenant

_DEFAULT = Limits()
_MOST = 2**53  # JSON numbers of any reader are exact up to here

Name = Annotated[str, Path(pattern=f"^{NAME_FORM}$", description="1 to 64 letters, digits and . _ -")]
Prefix = Annotated[str, Field(pattern=r"^[A-Za-z0-9_\-]+(\.[A-Za-z0-9_\-]+)*$", max_length=64)]


class LimitsEntry(BaseModel):
    """How much a tenant may have; ``documents`` and ``stored_bytes`` count since its last reset."""

    model_config = ConfigDict(extra="forbid", strict=True)

    systems: int = Field(default=_DEFAULT.systems, ge=0, le=_MOST)
    agencies: int = Field(default=_DEFAULT.agencies, ge=0, le=_MOST)
    documents: int = Field(default=_DEFAULT.documents, ge=0, le=_MOST)
    stored_bytes: int = Field(default=_DEFAULT.stored_bytes, ge=0, le=_MOST)
    rules: int = Field(default=_DEFAULT.rules, ge=0, le=_MOST)


class TenantEntry(BaseModel):
    """What a tenant may do. Without ``prefixes`` it may register any code that is free."""

    model_config = ConfigDict(extra="forbid")

    prefixes: list[Prefix] = Field(default=[], max_length=1000)
    limits: LimitsEntry = LimitsEntry()


class Usage(BaseModel):
    """What a tenant has used since its last reset."""

    documents: int
    stored_bytes: int


class TenantShown(BaseModel):
    """One tenant; its token is never shown again."""

    name: str
    prefixes: list[str]
    limits: LimitsEntry
    usage: Usage


class TenantEntered(TenantShown):
    """One tenant as it was entered: ``token`` stands there when it is new, and is shown this once."""

    token: str | None = None


class TenantsShown(BaseModel):
    """All tenants by name."""

    tenants: list[TenantShown]


class TokenShown(BaseModel):
    """A new token, shown this once."""

    token: str


def router(axis: Axis) -> APIRouter:
    """Build the routes."""
    routes = APIRouter(tags=["tenants"])

    @routes.get("/tenants", summary="All tenants")
    async def list_tenants() -> TenantsShown:
        found = await axis.store.look(tenants.listed)
        return TenantsShown(tenants=[_shown(tenant) for tenant in found])

    @routes.get("/tenants/{name}", summary="One tenant")
    async def get_tenant(name: Name) -> TenantShown:
        found = await axis.store.look(lambda connection: tenants.named(connection, name))
        return _shown(_found(found, name))

    @routes.put(
        "/tenants/{name}",
        summary="Enter a tenant, or change what it may",
        response_model_exclude_none=True,
        responses={201: {"model": TenantEntered, "description": "Entered; its token is shown this once"}},
    )
    async def put_tenant(name: Name, entry: TenantEntry, response: Response) -> TenantEntered:
        """Give a new tenant a token; leave one that is there its token and things, whatever it may from now on."""
        limits = Limits(**entry.limits.model_dump())

        def enter(connection: Connection) -> tuple[Tenant, str | None]:
            return tenants.enter(connection, name, entry.prefixes, limits)

        tenant, token = await axis.store.write(enter)
        await axis.refresh()
        response.status_code = 200 if token is None else 201
        return TenantEntered(**_shown(tenant).model_dump(), token=token)

    @routes.put("/tenants/{name}/token", summary="Give a tenant a new token")
    async def put_token(name: Name) -> TokenShown:
        """Make the old one useless from now on."""
        token = await axis.store.write(lambda connection: tenants.rotate(connection, name))
        await axis.refresh()
        if token is None:
            raise _unknown(name)
        return TokenShown(token=token)

    @routes.delete("/tenants/{name}", status_code=204, summary="Remove a tenant with all its things")
    async def delete_tenant(name: Name) -> None:
        """Letters that others received stay theirs."""

        def remove(connection: Connection) -> None:
            tenant = _found(tenants.named(connection, name), name)
            removal.empty_tenant(connection, tenant.key)
            tenants.forget(connection, tenant.key)

        await axis.store.write(remove)
        await axis.refresh()
        await axis.sweep()

    return routes


def _shown(tenant: Tenant) -> TenantShown:
    return TenantShown(
        name=tenant.name,
        prefixes=list(tenant.prefixes),
        limits=LimitsEntry(**asdict(tenant.limits)),
        usage=Usage(documents=tenant.documents, stored_bytes=tenant.stored_bytes),
    )


def _found(tenant: Tenant | None, name: str) -> Tenant:
    if tenant is None:
        raise _unknown(name)
    return tenant


def _unknown(name: str) -> Problem:
    return Problem(404, "unknown-tenant", f"there is no tenant {name}")
