# Makefile - builds ramp, its libraries and its tests. `make help` lists the
# targets. Another build folder keeps another set of flags apart, for example
# `make CC=clang BUILD=build/clang`; changed flags rebuild everything.
ifeq ($(origin CC),default)
CC = gcc
endif
OBJCOPY ?= objcopy
PREFIX ?= /usr/local
BUILD ?= build
# The products of the usual build lie in the root, all others with their build.
OUT = $(if $(filter build,$(BUILD)),.,$(BUILD))
PRODUCTS = $(OUT)/ramp $(OUT)/libramp.a $(OUT)/libramp.so

# $(BASE_CFLAGS) come first and are not for the command line to replace: its
# CFLAGS are for optimisation, debugging and sanitizers.
BASE_CFLAGS = -std=c11 -D_POSIX_C_SOURCE=200809L -ffp-contract=off \
    -fopenmp -pthread -fPIC -fvisibility=hidden -fstack-protector-strong \
    -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Werror \
    -Iinclude -Isrc $(ISA_DEFINES)
CFLAGS ?= -O2 -g
# glibc checks buffer sizes only in optimised code, and warns elsewhere.
FORTIFY = $(if $(filter-out -O0,$(filter -O%,$(CFLAGS))),\
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
ALL_CFLAGS = $(BASE_CFLAGS) $(FORTIFY) $(CPPFLAGS) $(CFLAGS)
ALL_LDFLAGS = $(ALL_CFLAGS) -Wl,-z,relro,-z,now $(LDFLAGS)
LDLIBS = -lz -ljansson -lm
CHECK_LDLIBS = -lcheck -lsubunit -lrt -larchive

LIB_ROOMS = base kernels layers net data model train
PROGRAM_ROOMS = report trials claims cli

rooms_c = $(sort $(wildcard $(1:%=src/%/*.c)))
objects = $(patsubst src/%.c,$(BUILD)/obj/%.o,$(1))

# kernels.c is left out here: isa_rule compiles it once per instruction set.
LIB_OBJECTS = $(ISA_OBJECTS) $(call objects,$(filter-out \
    src/kernels/kernels.c,$(call rooms_c,$(LIB_ROOMS))))
# The program uses of the library what strangers can use. For its messages and
# files it has a copy of the base; the linker refuses it all other rooms.
PROGRAM_OBJECTS = $(call objects,$(call rooms_c,base $(PROGRAM_ROOMS)))
# What tests see of the program: everything but its main and its verbs.
TEST_OBJECTS = $(LIB_OBJECTS) \
    $(call objects,$(call rooms_c,report trials claims))

TEST_SOURCES = $(sort $(wildcard tests/*/check_*.c))
TEST_PROGRAMS = $(patsubst %.c,$(BUILD)/tests/%,$(notdir $(TEST_SOURCES)))
TEST_SCRIPTS = $(sort $(wildcard tests/cli/*.sh))
# Fuzz targets: with replay.c test programs too, with libFuzzer for make fuzz.
FUZZ_SOURCES = $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_PROGRAMS = $(patsubst %.c,$(BUILD)/tests/%,$(notdir $(FUZZ_SOURCES)))
FUZZ_DRIVER = $(BUILD)/tests/replay.o $(CHECK_LDLIBS)
BENCH_PROGRAM = $(BUILD)/tests/bench_kernels

# In calls of make below: all processors, unless make was told a number.
JOBS = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))
SUBMAKE = $(MAKE) $(JOBS) --no-print-directory

all: $(PRODUCTS) ## build ramp, libramp.a and libramp.so (the default)

demo: ## install what is missing, build, train and classify: about 3 minutes
	@scripts/deps.sh demo
	@$(SUBMAKE) all
	@RAMP='$(abspath $(OUT)/ramp)' scripts/demo.sh

test: ## install what is missing, build and run every test
	@scripts/deps.sh test
	@$(SUBMAKE) all test-programs
	@RAMP='$(abspath $(OUT)/ramp)' \
	    tests/run.sh $(TEST_PROGRAMS) $(FUZZ_PROGRAMS) $(TEST_SCRIPTS)

# Check forks for each test, here too: a forked test ends with exit(), where
# the leak checker looks, so that a leak fails the very test that made it.
# FORTIFY is off because it would hide calls from the address checker.
ASAN_CFLAGS = -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all \
    -fsanitize=address,undefined
test-asan: ## the same under gcc's address, undefined and leak checkers
	@ASAN_OPTIONS=detect_leaks=1:$$ASAN_OPTIONS \
	UBSAN_OPTIONS=print_stacktrace=1:$$UBSAN_OPTIONS \
	$(MAKE) --no-print-directory test CC=gcc BUILD=build/asan FORTIFY= \
	    CFLAGS='$(ASAN_CFLAGS)'

# FUZZ_CFLAGS are for all but the kernels, of which only the portable ones are
# built: they would take minutes, and libFuzzer's eyes off the parsers. A loop
# that is watched may be no vector instructions, whatever was asked for.
SECONDS ?= 60
fuzz: ## fuzz the parsers by clang, SECONDS=60 each; FUZZ=target for one
	@CC=clang scripts/deps.sh fuzz
	@$(SUBMAKE) fuzz-programs CC=clang BUILD=build/fuzz MACHINE= FORTIFY= \
	    CFLAGS='-O2 -g -fno-omit-frame-pointer -fsanitize=address' \
	    FUZZ_CFLAGS='-fsanitize=fuzzer-no-link,undefined \
	    -fno-sanitize-recover=all -Wno-pass-failed' \
	    FUZZ_DRIVER=-fsanitize=fuzzer
	@scripts/fuzz.sh '$(SECONDS)' $(FUZZ)

lint: ## check format, order of rooms, symbols and banned names
	@scripts/deps.sh lint
	@$(SUBMAKE) all
	@scripts/lint.sh '$(OUT)' '$(BUILD)'

# No part of the tests: the figures depend on the machine and its other work.
bench: ## measure the kernels and convolutions; BENCH=kernels or convolutions
	@scripts/deps.sh bench
	@$(SUBMAKE) $(BENCH_PROGRAM)
	@$(BENCH_PROGRAM) $(BENCH)

proof: ## prove on other CPUs what make test proves on this one; PROOF=part
	@scripts/deps.sh proof
	@scripts/proof.sh $(PROOF)

models: all ## train the models that models/ lacks, by their recipes
	@RAMP='$(abspath $(OUT)/ramp)' scripts/models.sh

install: all ## install below PREFIX=/usr/local, or into DESTDIR for packages
	@scripts/install.sh install '$(OUT)' '$(PREFIX)' '$(DESTDIR)'

uninstall: ## remove what install has put there
	@scripts/install.sh uninstall '$(OUT)' '$(PREFIX)' '$(DESTDIR)'

clean: ## remove everything that was built
	rm -rf build ramp libramp.a libramp.so libramp.so.0

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1 - \2/p' Makefile

test-programs: $(TEST_PROGRAMS) $(FUZZ_PROGRAMS)

fuzz-programs: $(FUZZ_PROGRAMS)

# ---- Instruction sets ----
# $(call takes,FLAG): the flag, if this compiler knows it.
takes = $(shell $(CC) -Werror $(1) -E -x c /dev/null >/dev/null 2>&1 && \
    echo $(1))

# $(call isa_rule,NAME,FLAGS): the table of kernels for one instruction set.
# Always -O3: these loops are what it pays for. Nobody reads errno or exception
# flags after a kernel; without them comparisons become vector instructions.
define isa_rule
ISA_OBJECTS += $(BUILD)/obj/kernels_$(1).o
ISA_DEFINES += -DKERNELS_HAVE_$(shell echo $(1) | tr a-z A-Z)
$(BUILD)/obj/kernels_$(1).o: src/kernels/kernels.c $(BUILD)/flags Makefile
	@mkdir -p $$(@D)
	@echo 'CC $$< ($(1))'
	@$$(CC) $$(ALL_CFLAGS) -O3 -fno-math-errno -fno-trapping-math \
	    $(2) -DKERNELS_ISA=$(1) -MMD -MP -c -o $$@ $$<
endef

ISA_OBJECTS =
ISA_DEFINES =
MACHINE := $(shell $(CC) -dumpmachine 2>/dev/null)
$(eval $(call isa_rule,portable,))
ifneq ($(filter x86_64-%,$(MACHINE)),)
$(eval $(call isa_rule,avx2,-mavx2 -mfma))
$(eval $(call isa_rule,avx512,-mavx512f -mavx512bw -mavx512vl -mavx512dq \
    -mavx2 -mfma -mprefer-vector-width=512))
endif
ifneq ($(filter aarch64-%,$(MACHINE)),)
# gcc for ARM would load more ahead of a tile than registers hold.
$(eval $(call isa_rule,neon,$(call takes,-fno-schedule-insns)))
endif

# ---- Objects ----
# Remembers compiler and flags; rewritten, and so newer, only when they change.
quoted = '$(subst ','\'',$(1))'
FLAGS_TEXT = $(call quoted,$(CC) $(ALL_LDFLAGS) $(LDLIBS))
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo $(FLAGS_TEXT) | cmp -s - $@ || echo $(FLAGS_TEXT) >$@

$(BUILD)/obj/%.o: src/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo 'CC $<'
	@$(CC) $(ALL_CFLAGS) $(FUZZ_CFLAGS) $(FILE_CFLAGS) -MMD -MP -c -o $@ $<

# The decoders of stb_image meet hostile bytes: what they leave unset must not
# show old memory. gcc knows "zero"; clang 14 takes only "pattern".
# -fwrapv: sums of a hostile JPEG may wrap, and must not be undefined.
$(BUILD)/obj/data/image.o: FILE_CFLAGS = -fwrapv $(firstword \
    $(call takes,-ftrivial-auto-var-init=zero) \
    $(call takes,-ftrivial-auto-var-init=pattern))

# Where shipped files lie is known to one object alone, so that another prefix
# compiles little anew.
$(BUILD)/obj/base/file.o: FILE_CFLAGS = -DRAMP_PREFIX='"$(PREFIX)"'
$(BUILD)/obj/base/file.o: $(BUILD)/prefix
$(BUILD)/prefix: FORCE
	@mkdir -p $(@D)
	@echo '$(PREFIX)' | cmp -s - $@ || echo '$(PREFIX)' >$@

# archive.c loads libarchive when it needs it: by the name that the linker would
# have noted down, so that it is the library of the headers.
soname = $(shell readelf -d "$$($(CC) -print-file-name=$(1).so)" \
    2>/dev/null | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
$(BUILD)/obj/data/archive.o: FILE_CFLAGS = \
    -DLIBARCHIVE='"$(call soname,libarchive)"'

# ---- Libraries and program ----
# One object whose hidden symbols are local: a program linked with libramp.a
# can have names of its own that the rooms use too.
$(OUT)/libramp.a: $(LIB_OBJECTS)
	@echo 'AR $@'
	@$(LD) -r -o $(BUILD)/libramp.o $(LIB_OBJECTS)
	@$(OBJCOPY) --localize-hidden $(BUILD)/libramp.o
	@rm -f $@
	@$(AR) rcs $@ $(BUILD)/libramp.o

# A sanitizer may leave its own symbols to the program, nothing else may.
$(OUT)/libramp.so.0: $(LIB_OBJECTS)
	@echo 'LD $@'
	@$(CC) $(ALL_LDFLAGS) -shared -Wl,-soname,libramp.so.0 \
	    $(if $(findstring sanitize,$(CFLAGS)),,-Wl,-z,defs) -o $@ \
	    $(LIB_OBJECTS) $(LDLIBS)

$(OUT)/libramp.so: $(OUT)/libramp.so.0
	@ln -sf libramp.so.0 $@

$(OUT)/ramp: $(PROGRAM_OBJECTS) $(OUT)/libramp.a
	@echo 'LD $@'
	@$(CC) $(ALL_LDFLAGS) -pie -o $@ $^ $(LDLIBS)

# ---- Tests ----
# Linked with the objects as they are, not with libramp.a: tests look inside
# the rooms. In an archive, so that a test takes only what it needs.
INSIDE = $(BUILD)/tests/inside.a
$(INSIDE): $(TEST_OBJECTS)
	@mkdir -p $(@D)
	@rm -f $@
	@$(AR) rcs $@ $(TEST_OBJECTS)

define test_rule
$(BUILD)/tests/$(basename $(notdir $(1))): $(1) $(INSIDE) $(BUILD)/flags
	@mkdir -p $$(@D)
	@echo 'CC $$<'
	@$$(CC) $$(ALL_LDFLAGS) $$(FUZZ_CFLAGS) -I. -pie -MMD -MP -o $$@ $$< \
	    $(2) $(INSIDE) $$(WRAPS:%=-Wl,--wrap=%) $$(LDLIBS)
endef
$(foreach source,$(TEST_SOURCES),$(eval \
    $(call test_rule,$(source),$$(CHECK_LDLIBS))))
$(eval $(call test_rule,tests/bench/bench_kernels.c,))

# A fuzz target puts its own in the place of the functions in WRAPS.
FUZZ_OBJECTS = $(BUILD)/tests/exact.o $(FUZZ_DRIVER)
$(foreach source,$(FUZZ_SOURCES),$(eval \
    $(call test_rule,$(source),$$(OBJECTS) $$(FUZZ_OBJECTS))))
$(FUZZ_PROGRAMS): $(filter %.o,$(FUZZ_OBJECTS))
$(FUZZ_PROGRAMS): WRAPS = mem_alloc mem_new mem_grow mem_strdup
$(BUILD)/tests/%.o: tests/fuzz/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -I. -MMD -MP -c -o $@ $<

FUZZ_CLI = $(filter-out %/main.o,$(call objects,$(call rooms_c,cli)))
$(BUILD)/tests/fuzz_argv: $(FUZZ_CLI)
$(BUILD)/tests/fuzz_argv: OBJECTS = $(FUZZ_CLI)
$(BUILD)/tests/fuzz_argv: WRAPS += verb_parse file_read ramp_dataset_open \
    ramp_model_load ramp_net_load
$(BUILD)/tests/fuzz_image: WRAPS += image_set_size
$(BUILD)/tests/fuzz_safetensors: WRAPS += file_in_open file_in_read \
    file_in_close
$(BUILD)/tests/fuzz_model: WRAPS += file_in_open file_in_read file_in_close \
    file_save_begin file_save_write file_save_commit

FORCE:
.PHONY: all demo test test-asan fuzz lint bench proof models install uninstall \
    clean help \
    test-programs fuzz-programs FORCE
.DELETE_ON_ERROR:

-include $(LIB_OBJECTS:.o=.d) $(PROGRAM_OBJECTS:.o=.d) $(TEST_PROGRAMS:=.d) \
    $(FUZZ_PROGRAMS:=.d) $(BUILD)/tests/replay.d $(BUILD)/tests/exact.d \
    $(BENCH_PROGRAM:=.d)
