/*
 * crash.h - a program that crashes leaves a terminal that can be used.
 */
#ifndef SIPMON_APP_CRASH_H
#define SIPMON_APP_CRASH_H

/* Remembers the modes of the terminal; call before the screen is opened. */
void crash_guard(void);

/* The screen was closed in order. */
void crash_unguard(void);

#endif
