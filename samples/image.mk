# How a sample becomes an image; included by the samples' Makefiles, which set NAME, SOURCES, LINKER_SCRIPT and, if
# they use another sample's sources, SHARED (its folder). OUT moves the results elsewhere.
OUT ?= .
CC = gcc
BUILD := $(OUT)/build

# Not optimised: each statement keeps its place and each variable its home, which is what stepping wants.
# No SSE or x87: neither level sets them up. No red zone: exceptions push right below RSP.
CFLAGS = -std=gnu17 -O0 -gdwarf-5 -Wall -Wextra -Werror \
	-ffreestanding -fno-pic -fno-pie -mcmodel=small -mno-red-zone -mgeneral-regs-only -fcf-protection=none \
	-fno-stack-protector -fno-asynchronous-unwind-tables -fno-common -ffile-prefix-map=$(CURDIR)=. \
	$(addprefix -I , $(SHARED))
LDFLAGS = -nostdlib -static -no-pie -T $(LINKER_SCRIPT) \
	-Wl,--build-id=none -Wl,-z,max-page-size=4096 -Wl,-z,noexecstack

# The image carries the hash of all its sources as a note, sources-note.S.
INPUTS := $(sort Makefile ../image.mk $(foreach folder, $(SHARED), $(wildcard $(folder)/*.[chS] $(folder)/*.ld)) \
	$(wildcard *.[chS] *.ld))
SOURCES_SHA256 := $(shell cat $(INPUTS) | sha256sum | cut -d ' ' -f 1)
OBJECTS := $(patsubst %,$(BUILD)/%.o,$(basename $(notdir $(SOURCES))))
vpath %.c . $(SHARED)
vpath %.S . $(SHARED)

$(OUT)/$(NAME).elf: $(OBJECTS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(OBJECTS)

$(BUILD)/%.o: %.c $(INPUTS) | $(BUILD)
	$(CC) $(CFLAGS) -c -o $@ $<

$(BUILD)/%.o: %.S $(INPUTS) | $(BUILD)
	$(CC) $(CFLAGS) -DSOURCES_SHA256='"$(SOURCES_SHA256)"' -c -o $@ $<

$(BUILD):
	mkdir -p $@

clean:
	rm -rf $(BUILD)

.PHONY: clean
