/* A module: two functions and a variable, in sections that the kernel places. The kernel calls what comes first. */
static int calls = 40;

static int twice(int number)
{
	int result = number * 2;

	return result;
}

__attribute__((section(".text.entry"))) int small_work(int number)
{
	calls++;
	return twice(number) + calls;
}
