"""Addresses of people, invitations and tokens."""

from __future__ import annotations

from django.urls import path

from midwatch.desk.people import entering, profile, views

urlpatterns = [
    path("welcome/", entering.first_steps, name="first_steps"),
    path("welcome/<token:token>/", entering.welcome, name="welcome"),
    path("invitation/<token:token>/", entering.invitation, name="invitation"),
    path("rescue/<str:token>/", entering.rescue, name="rescue"),
    path("profile/", profile.profile, name="profile"),
    path("i18n/setlang/", profile.language, name="set_language"),
    path("people/", views.people, name="people"),
    path("people/invite/", views.invite_staff, name="invite_staff"),
    path("people/at/<name:tenant>/", views.people_of, name="people_of"),
    path("people/at/<name:tenant>/invite/", views.invite, name="invite"),
    path("people/at/<name:tenant>/masking/", views.masking, name="masking"),
    path("people/access/<int:membership>/", views.access, name="access"),
    path("people/access/<int:membership>/end/", views.end, name="access_end"),
    path("people/invitations/<int:invitation>/revoke/", views.revoke, name="invitation_revoke"),
    path("people/tokens/", views.tokens, name="tokens"),
    path("people/tokens/make/", views.make_token, name="token_make"),
    path("people/tokens/<int:token>/revoke/", views.revoke_token, name="token_revoke"),
    path("people/sessions/<int:session>/end/", views.end_session, name="session_end"),
]
