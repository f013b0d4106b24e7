# sipmon - `make help` lists what can be asked for.

VERSION := 0.1.0
PREFIX  ?= /usr/local
DATADIR ?= $(PREFIX)/share/sipmon
MANDIR  ?= $(PREFIX)/share/man
COMPDIR ?= $(PREFIX)/share/bash-completion/completions
LIBEXECDIR ?= $(PREFIX)/libexec/sipmon
BUILD   ?= build

# The rooms of src/, in the order the bytes travel.  tests/layers.txt says who
# may include whom; a core room links without ncurses.
CORE := base net capture decap stream sip media call identity analyse catalogue report export
UI   := ui

# What Debian calls the packages of the libraries, as MODULE:PACKAGE.
NEEDS      := libpcap:libpcap-dev ncursesw:libncurses-dev \
              libpcre2-8:libpcre2-dev libxxhash:libxxhash-dev \
              zlib:zlib1g-dev libzstd:libzstd-dev libcrypto:libssl-dev \
              jansson:libjansson-dev libcurl:libcurl4-openssl-dev
TEST_NEEDS := cmocka:libcmocka-dev vterm:libvterm-dev \
              libssl:libssl-dev

PKG_CONFIG ?= pkg-config
libs = $(shell $(PKG_CONFIG) --libs $(1) 2>/dev/null)
CORE_LIBS := $(call libs,libpcap) $(call libs,libpcre2-8) \
             $(call libs,zlib) $(call libs,libzstd) $(call libs,libcrypto) \
             $(call libs,jansson) -lm -pthread
UI_LIBS   := $(call libs,ncursesw)
# libssl makes the TLS that the tests open.
TEST_LIBS := $(call libs,cmocka) $(call libs,jansson) $(call libs,libssl)
TERM_LIBS := $(call libs,vterm) -lutil

CFLAGS ?= -O2 -g
WARN   := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wundef -Wvla \
          -Wstrict-prototypes -Wmissing-prototypes -Wcast-qual -Wformat=2
# The feature macros are those that pkg-config gives for ncursesw, once for all.
SM_CPPFLAGS := -Iinclude -D_DEFAULT_SOURCE -D_XOPEN_SOURCE=600 \
               -DSIPMON_VERSION=$(VERSION)
SM_CFLAGS   := -std=c17 $(WARN) -fstack-protector-strong -fPIE
SM_LDFLAGS  := -pie -Wl,-z,relro,-z,now
ifdef WERROR
SM_CFLAGS += -Werror
endif
ifdef SANITIZE			# make check-run SANITIZE=address,undefined
SM_CFLAGS  += -fsanitize=$(SANITIZE) -fno-sanitize-recover=undefined \
              -fno-omit-frame-pointer
SM_LDFLAGS += -fsanitize=$(SANITIZE)
else
SM_CPPFLAGS += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif
ifndef V
Q := @
say = @printf '  %-6s %s\n' $(1) $(@:$(BUILD)/%=%)
endif

core_src := $(wildcard $(CORE:%=src/%/*.c))
ui_src   := $(wildcard $(UI:%=src/%/*.c))
app_src  := $(wildcard src/app/*.c)
fetch_src := $(wildcard src/fetch/*.c)
unit_src := $(wildcard tests/unit/*/test_*.c)
fuzz_src := $(wildcard tests/fuzz/fuzz_*.c)
tool_src := $(wildcard tests/tools/*.c)
whole_src := $(wildcard tests/corpus/*.[ch] tests/ui/*.[ch] tests/tools/*.h)
headers  := $(wildcard include/sipmon/*/*.h)
inner    := $(wildcard src/*/*.h)
tables   := $(sort $(wildcard share/sipmon/*.tsv)) \
            $(sort $(wildcard share/sipmon/lang/*/*.tsv))

obj   = $(patsubst %.c,$(BUILD)/%.o,$(1))
core  := $(BUILD)/libsipmon.a
ui    := $(BUILD)/libsipmon-ui.a
bin   := $(BUILD)/sipmon $(BUILD)/sipmon-fetch
units := $(unit_src:%.c=$(BUILD)/%)
whole := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/corpus/test_*.c tests/ui/test_*.c))
fuzzers := $(fuzz_src:tests/fuzz/%.c=$(BUILD)/fuzz/%)
tables_c := $(BUILD)/src/catalogue/tables.c

.PHONY: all
all: $(bin) ## build sipmon

$(BUILD)/sipmon: $(call obj,$(app_src)) $(ui) $(core)
	$(call say,LD)
	$(Q)$(CC) $(SM_LDFLAGS) $(LDFLAGS) -o $@ $^ $(UI_LIBS) $(CORE_LIBS)

# The only program that links libcurl, and it never sees a packet.
$(BUILD)/sipmon-fetch: $(call obj,$(fetch_src)) $(core)
	$(call say,LD)
	$(Q)$(CC) $(SM_LDFLAGS) $(LDFLAGS) -o $@ $^ $(call libs,libcurl) $(CORE_LIBS)

$(core): $(call obj,$(core_src)) $(tables_c:.c=.o)
$(ui): $(call obj,$(ui_src))
%.a:
	$(call say,AR)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/%.o: %.c | needs
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(SM_CPPFLAGS) $(CPPFLAGS) $(SM_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/src/identity/fetch.o: SM_CPPFLAGS += -DLIBEXECDIR='"$(LIBEXECDIR)"'

# The tables of share/sipmon are compiled in, so that a lone binary explains.
$(tables_c): src/catalogue/embed.awk $(tables)
	$(call say,TSV)
	$(Q)mkdir -p $(@D)
	$(Q)LC_ALL=C awk -f src/catalogue/embed.awk $(tables) > $@.new
	$(Q)mv $@.new $@
$(tables_c:.c=.o): $(tables_c)
	$(call say,CC)
	$(Q)$(CC) $(SM_CPPFLAGS) -Isrc/catalogue $(CPPFLAGS) $(SM_CFLAGS) $(CFLAGS) -c -o $@ $<

# A test links only what it may know: the core, and tests/unit/ui the screens.
$(BUILD)/tests/unit/ui/%: $(BUILD)/tests/unit/ui/%.o $(ui) $(core)
	$(call say,LD)
	$(Q)$(CC) $(SM_LDFLAGS) $(LDFLAGS) -o $@ $^ $(TEST_LIBS) $(CORE_LIBS)
# tests/unit/stream also what talks TLS.
$(BUILD)/tests/unit/stream/%: $(BUILD)/tests/unit/stream/%.o \
  $(call obj,tests/tools/tls_talk.c) $(core)
	$(call say,LD)
	$(Q)$(CC) $(SM_LDFLAGS) $(LDFLAGS) -o $@ $^ $(TEST_LIBS) $(CORE_LIBS)
# tests/unit/identity what makes certificates, tests/unit/fetch the downloader.
$(BUILD)/tests/unit/identity/%: $(BUILD)/tests/unit/identity/%.o \
  $(call obj,tests/tools/pki.c tests/tools/sign.c) $(core)
	$(call say,LD)
	$(Q)$(CC) $(SM_LDFLAGS) $(LDFLAGS) -o $@ $^ $(TEST_LIBS) $(CORE_LIBS)
$(BUILD)/tests/unit/fetch/%: $(BUILD)/tests/unit/fetch/%.o \
  $(call obj,tests/tools/pki.c $(filter-out src/fetch/main.c,$(fetch_src))) $(core)
	$(call say,LD)
	$(Q)$(CC) $(SM_LDFLAGS) $(LDFLAGS) -o $@ $^ $(TEST_LIBS) \
	  $(call libs,libcurl) $(CORE_LIBS)
$(units): | $(BUILD)/sipmon-fetch
$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(core)
	$(call say,LD)
	$(Q)$(CC) $(SM_LDFLAGS) $(LDFLAGS) -o $@ $^ $(TEST_LIBS) $(CORE_LIBS)

# Whole-program tests: their own file, what stands beside it, and the tools;
# what they start they find in $(BUILD).
tools_obj    := $(call obj,tests/tools/scenario.c tests/tools/wire.c \
                tests/tools/carrier.c tests/tools/packet.c \
                tests/tools/tls_talk.c)
corpus_tools := tests/tools/child.c tests/tools/packet.c tests/tools/pki.c \
                tests/tools/sign.c tests/corpus/list.c tests/corpus/outcome.c \
                tests/corpus/schema.c tests/corpus/capture.c \
                tests/corpus/forge.c
ui_tools     := tests/tools/child.c tests/ui/term.c tests/ui/stage.c
whole_needs  := $(bin) $(BUILD)/tests/tools/mkpcap $(BUILD)/tests/tools/mkidentity

$(BUILD)/tests/tools/mkpcap: $(BUILD)/tests/tools/mkpcap.o $(tools_obj) $(core)
	$(call say,LD)
	$(Q)$(CC) $(SM_LDFLAGS) $(LDFLAGS) -o $@ $^ $(call libs,libssl) \
	  $(CORE_LIBS)
$(BUILD)/tests/tools/mkidentity: $(BUILD)/tests/tools/mkidentity.o \
  $(call obj,tests/tools/scenario.c tests/tools/pki.c tests/tools/sign.c \
  tests/tools/signers.c) $(core)
	$(call say,LD)
	$(Q)$(CC) $(SM_LDFLAGS) $(LDFLAGS) -o $@ $^ $(CORE_LIBS)
$(BUILD)/tests/tools/%.o $(BUILD)/tests/corpus/%.o $(BUILD)/tests/ui/%.o: \
  SM_CPPFLAGS += -DTEST_BUILD='"$(BUILD)"'
$(BUILD)/tests/corpus/test_%: $(BUILD)/tests/corpus/test_%.o \
  $(call obj,$(corpus_tools)) $(core) | $(whole_needs)
	$(call say,LD)
	$(Q)$(CC) $(SM_LDFLAGS) $(LDFLAGS) -o $@ $^ $(TEST_LIBS) $(CORE_LIBS)
$(BUILD)/tests/ui/test_%: $(BUILD)/tests/ui/test_%.o \
  $(call obj,$(ui_tools)) $(core) | $(whole_needs)
	$(call say,LD)
	$(Q)$(CC) $(SM_LDFLAGS) $(LDFLAGS) -o $@ $^ $(TEST_LIBS) $(TERM_LIBS)

$(BUILD)/tests/tools/picture: $(BUILD)/tests/tools/picture.o \
  $(call obj,tests/tools/child.c tests/ui/term.c) $(core)
	$(call say,LD)
	$(Q)$(CC) $(SM_LDFLAGS) $(LDFLAGS) -o $@ $^ $(TERM_LIBS)

# ---- what it needs

# One line for each library that is missing: which package has it.
missing = command -v $(PKG_CONFIG) > /dev/null || { \
	    echo "sipmon needs pkg-config: apt install pkg-config" >&2; exit 1; }; \
	  for n in $(1); do $(PKG_CONFIG) --exists $${n%%:*} || { \
	    echo "sipmon needs $${n%%:*}: apt install $${n\#*:}" >&2; bad=1; }; \
	  done; test -z "$$bad"

.PHONY: needs deps deps-check
needs:
	@$(call missing,$(NEEDS))
deps: ## install the libraries that are missing (Debian, with sudo)
	@sh tests/tools/deps.sh $(NEEDS)
deps-check:
	@sh tests/tools/deps.sh $(NEEDS) $(TEST_NEEDS)

# ---- to see it

.PHONY: demo demo-sign picture
demo_words := -r $(BUILD)/demo.pcap --certs share/sipmon/demo \
              --trust share/sipmon/demo/trust.pem
demo: deps ## open the screen on a capture of the project
	@$(MAKE) --no-print-directory $(BUILD)/sipmon $(BUILD)/demo.pcap
	@if [ -t 0 ] && [ -t 1 ]; then $(BUILD)/sipmon $(demo_words); \
	 else $(BUILD)/sipmon report $(demo_words); fi
demo-sign: $(BUILD)/tests/tools/mkidentity ## sign the calls of the demo anew
	$< share/sipmon/demo/template.sip share/sipmon/demo.sip share/sipmon/demo
picture: $(BUILD)/sipmon $(BUILD)/demo.pcap $(BUILD)/tests/tools/picture ## take the screens of the README anew
	$(BUILD)/tests/tools/picture $(BUILD)/sipmon $(BUILD)/demo.pcap README.md
$(BUILD)/demo.pcap: share/sipmon/demo.sip $(BUILD)/tests/tools/mkpcap
	$(Q)$(BUILD)/tests/tools/mkpcap $< $@

# ---- tests

.PHONY: check check-all check-run check-layers check-circles check-headers \
        check-globals valgrind
check: deps-check ## install what is missing, build, run all tests
	@$(MAKE) --no-print-directory check-all WERROR=1
# The program as it is shipped is built too; the tests run sanitized.
check-all: all check-layers check-circles check-headers check-globals
	@$(MAKE) --no-print-directory check-run BUILD=$(BUILD)/san \
	  SANITIZE=address,undefined CFLAGS='-O1 -g'
# As many at a time as there are processors; what each says is kept until the
# end, so that the sum is made in one order.  The long ones begin.
JOBS ?= $(shell nproc 2>/dev/null || echo 1)
check-run: $(units) $(whole) $(bin)
	@printf '%s\n' $(whole) $(units) | xargs -P $(JOBS) -I{} sh -c \
	  'SIPMON=$(BUILD)/sipmon $(RUN) {} > {}.said 2>&1; echo "exit $$? {}" >> {}.said'
	@cat $(units:%=%.said) $(whole:%=%.said) | awk -f tests/count.awk
valgrind: ## run the unit tests under valgrind
	@$(MAKE) check-run BUILD=$(BUILD)/plain whole= \
	  RUN='valgrind -q --leak-check=full --error-exitcode=1'
check-layers: ## does every include point downwards?
	@awk -f tests/layers.awk tests/layers.txt $(headers) $(wildcard src/*/*.[ch])
check-circles: ## do two files know each other?
	@awk '/^#include "sipmon\// { here = FILENAME; there = $$2; \
	    sub(/^(include\/sipmon|src)\//, "", here); gsub(/"sipmon\/|"/, "", there); \
	    sub(/\.[ch]$$/, "", here); sub(/\.h$$/, "", there); print here, there }' \
	  $(headers) $(wildcard src/*/*.[ch]) | tsort > /dev/null
check-headers: needs ## does every header compile on its own?
	@for h in $(headers:include/%=%); do echo "#include \"$$h\"" | \
	  $(CC) $(SM_CPPFLAGS) -std=c17 $(WARN) -Werror -fsyntax-only -x c - || exit 1; done
check-globals: $(core) $(ui) ## does the library keep any writable global?
	@objdump -t $^ | awk '/ O \.(data|bss|tdata|tbss)\t/ && $$NF != "loop_signal" \
	  { print "writable global: " $$NF; n++ } END { exit n > 0 }'

# ---- code

.PHONY: fuzz fuzz-run lint format
fuzz: $(fuzzers) ## build the fuzzers (clang)
$(BUILD)/fuzz/%: tests/fuzz/%.c $(core_src) $(headers) $(inner) $(tables_c) \
  $(wildcard tests/fuzz/*.h tests/unit/stream/*.h)
	$(call say,FUZZ)
	$(Q)mkdir -p $(@D)
	$(Q)clang $(SM_CPPFLAGS) -Isrc/catalogue -std=c17 -g -O1 \
	  -fsanitize=fuzzer,address,undefined -o $@ $< $(core_src) $(tables_c) $(CORE_LIBS)
FUZZ_SECONDS ?= 20
fuzz-run: $(fuzzers) ## run each fuzzer for FUZZ_SECONDS (20)
	@for f in $(fuzzers); do echo "$$f"; mkdir -p $$f.corpus; \
	  $$f -max_total_time=$(FUZZ_SECONDS) -timeout=1 -rss_limit_mb=512 \
	    -artifact_prefix=$$f. -verbosity=0 $$f.corpus || exit 1; done
lint: $(tables_c) ## clang-format, clang-tidy, cppcheck
	clang-format --dry-run -Werror $(headers) $(inner) $(core_src) $(ui_src) \
	  $(app_src) $(fetch_src) $(unit_src) $(fuzz_src) $(tool_src) $(whole_src)
	printf '%s\n' $(core_src) $(ui_src) $(app_src) $(fetch_src) | \
	  xargs -n 1 -P 2 sh -c 'clang-tidy --quiet "$$@" -- $(SM_CPPFLAGS) -std=c17' tidy
	cppcheck --quiet --std=c11 --enable=warning,performance,portability \
	  --error-exitcode=1 --inline-suppr -Iinclude src
format: ## lay the code out as .clang-format says
	clang-format -i $(headers) $(inner) $(core_src) $(ui_src) $(app_src) \
	  $(fetch_src) $(unit_src) $(fuzz_src) $(tool_src) $(whole_src)

.PHONY: install uninstall clean help
install: all ## install under PREFIX
	install -Dm755 $(BUILD)/sipmon $(DESTDIR)$(PREFIX)/bin/sipmon
	install -Dm755 $(BUILD)/sipmon-fetch $(DESTDIR)$(LIBEXECDIR)/sipmon-fetch
	install -d $(DESTDIR)$(DATADIR)
	install -m644 share/sipmon/report.schema.json share/sipmon/sipmonrc $(DESTDIR)$(DATADIR)
	install -Dm644 man/sipmon.1 $(DESTDIR)$(MANDIR)/man1/sipmon.1
	install -Dm644 share/completions/sipmon.bash $(DESTDIR)$(COMPDIR)/sipmon
uninstall: ## undo install
	rm -f $(DESTDIR)$(PREFIX)/bin/sipmon $(DESTDIR)$(MANDIR)/man1/sipmon.1 \
	  $(DESTDIR)$(COMPDIR)/sipmon
	rm -rf $(DESTDIR)$(DATADIR) $(DESTDIR)$(LIBEXECDIR)
clean: ## remove what was built
	rm -rf $(BUILD)
help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
