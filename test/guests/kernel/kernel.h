/* What a small kernel and its module share: a module list with the names that Linux has. */
#ifndef KERNEL_H
#define KERNEL_H

struct list_head {
	struct list_head *next, *prev;
};

struct attribute {
	const char *name;
	unsigned short mode;
};

struct bin_attribute {
	struct attribute attr;
	unsigned long size;
};

struct module_sect_attr {
	struct bin_attribute battr;
	unsigned long address;
};

struct module_sect_attrs {
	void *group[4];
	unsigned int nsections;
	struct module_sect_attr attrs[4];
};

enum module_state { MODULE_STATE_LIVE, MODULE_STATE_COMING, MODULE_STATE_GOING, MODULE_STATE_UNFORMED };

struct module {
	enum module_state state;
	struct list_head list;
	char name[56];
	struct module_sect_attrs *sect_attrs;
	int (*work)(int);
};

#endif
